/**
 * The agent's one error type. On the wire it has the shape of ironic-python-agent's `RESTError`
 * (ironic_python_agent/errors.py): `type`, `code`, `message` (the kind in words), `details` (this case).
 */

/** Every kind of failure: its wire type, HTTP status and general sentence. */
const AGENT_ERRORS = {
  invalid_command: { type: 'InvalidCommandError', code: 400, message: 'Invalid command' },
  invalid_params: { type: 'InvalidCommandParamsError', code: 400, message: 'Invalid command parameters' },
  invalid_content: { type: 'InvalidContentError', code: 400, message: 'Invalid request body' },
  too_large: { type: 'InvalidContentError', code: 413, message: 'Request body too large' },
  unauthorized: { type: 'Unauthorized', code: 401, message: 'Unauthorized' },
  wrong_method: { type: 'MethodNotAllowed', code: 405, message: 'Method not allowed' },
  not_found: { type: 'RequestedObjectNotFoundError', code: 404, message: 'Not found' },
  busy: { type: 'AgentIsBusy', code: 409, message: 'Agent is busy' },
  no_device: { type: 'DeviceNotFound', code: 404, message: 'No disk fits' },
  ambiguous_device: { type: 'DeviceAmbiguous', code: 409, message: 'More than one disk fits' },
  image_too_large: { type: 'ImageTooLarge', code: 400, message: 'Image larger than the disk' },
  image_download: { type: 'ImageDownloadError', code: 500, message: 'Error downloading image' },
  image_checksum: { type: 'ImageChecksumError', code: 500, message: 'Error verifying image checksum' },
  image_write: { type: 'ImageWriteError', code: 500, message: 'Error writing image to device' },
  config_drive: { type: 'ConfigDriveError', code: 400, message: 'Error with the config drive' },
  erase: { type: 'BlockDeviceEraseError', code: 500, message: 'Error erasing block device' },
  bootloader: { type: 'BootloaderError', code: 500, message: 'Error setting up the boot loader' },
  execution: { type: 'CommandExecutionError', code: 500, message: 'Command execution failed' },
  clean_version: { type: 'CleanVersionMismatch', code: 500, message: 'Clean version mismatch' },
  ironic_api: { type: 'IronicAPIError', code: 500, message: 'Error in call to the Ironic API' },
} as const satisfies Record<string, { type: string; code: number; message: string }>;

export type AgentErrorKind = keyof typeof AGENT_ERRORS;

export type WireError = {
  readonly type: string;
  readonly code: number;
  readonly message: string;
  readonly details: string;
};

export class AgentError extends Error {
  readonly kind: AgentErrorKind;

  /**
   * `details` says what was attempted on what and what happened; never a secret. What to do goes with the kind,
   * and the daemon says it (lifecycle/steps/agent-hints.ts), unless only this case knows it.
   */
  constructor(kind: AgentErrorKind, details: string, options?: { readonly cause: unknown }) {
    super(details, options);
    this.name = 'AgentError';
    this.kind = kind;
  }

  toWire(): WireError {
    return { ...AGENT_ERRORS[this.kind], details: this.message };
  }
}

/** What a thrown value says, in one line. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Any thrown value as an `AgentError`; a foreign one becomes `execution` with its message kept. */
export function asAgentError(thrown: unknown, attempted: string): AgentError {
  if (thrown instanceof AgentError) return thrown;
  return new AgentError('execution', `${attempted}: ${reasonOf(thrown)}`, { cause: thrown });
}
