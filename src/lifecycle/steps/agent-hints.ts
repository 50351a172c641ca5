/** What to do about a failure that the agent reports, by its error type (ours and ironic-python-agent's). */
const HINTS: Readonly<Record<string, string>> = {
  DeviceNotFound:
    'Compare root_device of the node with the disks that inspection found (`ingot node inventory NAME`), or leave it out.',
  DeviceAmbiguous: 'Make root_device name one disk only, by serial, wwn or by_path.',
  ImageTooLarge: 'Choose a smaller image, or a larger disk with root_device.',
  ImageDownloadError: 'Check that the machine reaches the image server over the PXE network.',
  ImageChecksumError: 'The image was damaged on its way or on the seed node: deploy again.',
  ImageWriteError: 'The disk may be failing: see the console of the machine for the kernel’s messages.',
  ConfigDriveError: 'Check the size of user data and the free space behind the image.',
  BlockDeviceEraseError: 'The disk may be failing or locked: see the console of the machine.',
  BootloaderError: 'Check that the image boots in the machine’s boot mode (an EFI partition for UEFI).',
  CommandExecutionError: 'See the console of the machine for what went wrong there.',
};

export function hintForAgentError(type: string): string {
  return HINTS[type] ?? 'See the console of the machine for what went wrong there.';
}
