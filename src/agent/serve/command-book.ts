/** The commands of this agent's life: which run, which ended and how. One asynchronous command at a time. */
import { AgentError, asAgentError } from '../base/agent-error.ts';
import type { JsonRecord } from '../base/json.ts';
import type { Say } from '../base/say.ts';
import type { CommandObject } from '../protocol.ts';

export type CommandContext = {
  /** How far it is; shown as `command_progress` while it runs. */
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
};

export type Command = {
  /** `sync`: the answer to the POST is its end. `async`: the answer is RUNNING (unless `wait=true`). */
  readonly mode: 'sync' | 'async';
  /** Harmless beside a running command, such as collecting logs. */
  readonly whileBusy?: boolean;
  readonly run: (params: JsonRecord, context: CommandContext) => Promise<JsonRecord | null>;
};

/** Commands by full name: `clean.execute_clean_step`. */
export type CommandTable = { readonly [name: string]: Command };

export type CommandBookOptions = {
  readonly commands: CommandTable;
  readonly say: Say;
  readonly newId: () => string;
  /** Called when an asynchronous command has ended. */
  readonly onEnd: (command: CommandObject) => void;
};

type Entry = { object: CommandObject; readonly command: Command; readonly end: Promise<void> };

/** Older ones are forgotten: the daemon looks at the last few. */
const KEPT_COMMANDS = 100;

export class CommandBook {
  readonly #options: CommandBookOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: CommandBookOptions) {
    this.#options = options;
  }

  /** Every command, oldest first. */
  list(): readonly CommandObject[] {
    return [...this.#entries.values()].map((entry) => entry.object);
  }

  /** Throws `not_found`. */
  get(id: string): CommandObject {
    return this.#entry(id).object;
  }

  /** Resolves with the command when it has ended. Throws `not_found`. */
  async ended(id: string): Promise<CommandObject> {
    const entry = this.#entry(id);
    await entry.end;
    return entry.object;
  }

  /**
   * Starts a command; a synchronous one has ended when this resolves. A command that fails is an object with
   * FAILED, no exception. Throws `not_found` for an unknown extension, `invalid_command` for an unknown command of a
   * known one, `invalid_params` (synchronous ones only) and `busy`.
   */
  async execute(name: string, params: JsonRecord): Promise<CommandObject> {
    const command = this.#command(name);
    const running = this.#running();
    if (running !== null && command.whileBusy !== true) {
      throw new AgentError('busy', `executing command ${running.command_name}; try again when it has ended`);
    }
    const id = this.#options.newId();
    this.#start(id, name, { command, params });
    const object = command.mode === 'sync' ? await this.ended(id) : this.get(id);
    if (command.mode === 'sync' && object.command_error?.code === 400) {
      throw new AgentError('invalid_params', object.command_error.details);
    }
    return object;
  }

  #command(name: string): Command {
    const command = Object.hasOwn(this.#options.commands, name) ? this.#options.commands[name] : undefined;
    if (command !== undefined) return command;
    const known = Object.keys(this.#options.commands);
    const [extension = '', ...rest] = name.split('.');
    const isOurs = rest.length === 0 || known.some((one) => one.startsWith(`${extension}.`));
    throw new AgentError(
      isOurs ? 'invalid_command' : 'not_found',
      isOurs
        ? `the command "${name.slice(0, 100)}" is not known; known are ${known.join(', ')}`
        : `Extension with id ${extension.slice(0, 100)} not found.`,
    );
  }

  #running(): CommandObject | null {
    const entries = [...this.#entries.values()].filter((entry) => entry.command.whileBusy !== true);
    return entries.find((entry) => entry.object.command_status === 'RUNNING')?.object ?? null;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new AgentError('not_found', `no command with the id ${id.slice(0, 64)}`);
    return entry;
  }

  #start(id: string, name: string, call: { readonly command: Command; readonly params: JsonRecord }): void {
    const object: CommandObject = {
      id,
      command_name: name.slice(name.indexOf('.') + 1),
      command_status: 'RUNNING',
      command_error: null,
      command_result: null,
    };
    this.#options.say('command starts', { command: name, id });
    const entry: Entry = { object, command: call.command, end: Promise.resolve() };
    this.#entries.set(id, entry);
    const context: CommandContext = {
      onProgress: (bytesDone, bytesTotal) => {
        entry.object = { ...entry.object, command_progress: progress(bytesDone, bytesTotal) };
      },
    };
    const work = Promise.resolve().then(() => call.command.run(call.params, context));
    this.#entries.set(id, Object.assign(entry, { end: this.#finish(entry, name, work) }));
    this.#forgetOldest();
  }

  async #finish(entry: Entry, name: string, work: Promise<JsonRecord | null>): Promise<void> {
    const { say, onEnd } = this.#options;
    const { command_progress: _, ...running } = entry.object;
    try {
      const result = await work;
      entry.object = { ...running, command_status: 'SUCCEEDED', command_result: result };
      say('command ok', { command: name, id: running.id });
    } catch (thrown) {
      const error = asAgentError(thrown, name);
      const status = error.kind === 'clean_version' ? 'CLEAN_VERSION_MISMATCH' : 'FAILED';
      entry.object = { ...running, command_status: status, command_error: error.toWire() };
      say('command failed', { command: name, id: running.id, because: error.message });
    }
    if (entry.command.mode === 'async') onEnd(entry.object);
  }

  #forgetOldest(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= KEPT_COMMANDS) return;
      if (entry.object.command_status !== 'RUNNING') this.#entries.delete(id);
    }
  }
}

function progress(done: number, total: number): NonNullable<CommandObject['command_progress']> {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return { percent, bytes_done: done, bytes_total: total };
}
