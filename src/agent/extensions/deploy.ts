/** The extension `deploy`: the step `write_image`, and steps that erase disks before it. */
import { AgentError, reasonOf } from '../base/agent-error.ts';
import { isRecord, type JsonRecord, recordField, stringField } from '../base/json.ts';
import { CONFIG_DRIVE_BYTES, decodeConfigDrive } from '../disk/config-drive.ts';
import { chooseRootDevice, hintsOfNode } from '../disk/root-device.ts';
import type { CommandContext, CommandTable } from '../serve/command-book.ts';
import { finishDisk } from '../write/finish-disk.ts';
import { imageInfoOf, parseImageInfo } from '../write/image-info.ts';
import { writeImage } from '../write/write-image.ts';
import type { DeployedDisk } from './deployed-disk.ts';
import { runEraser } from './erasers.ts';
import type { Machine } from './machine.ts';
import { checkVersion, DEPLOY_STEPS, MANAGER, MANAGER_VERSION, stepOf } from './steps.ts';

/** base64 of a drive that does not compress. */
const CONFIG_DRIVE_TEXT = Math.ceil((CONFIG_DRIVE_BYTES * 4) / 3) + 4096;

export function deployCommands(machine: Machine, deployed: DeployedDisk): CommandTable {
  return {
    'deploy.get_deploy_steps': {
      mode: 'sync',
      run: async () => ({
        deploy_steps: { [MANAGER]: DEPLOY_STEPS },
        hardware_manager_version: MANAGER_VERSION,
      }),
    },
    'deploy.execute_deploy_step': {
      mode: 'async',
      run: async (params, context) => {
        const { step, name } = stepOf(params);
        checkVersion(params.deploy_version);
        const call = { params, args: recordField(step, 'args'), context };
        if (name === 'write_image') await writeImageStep(call, { machine, deployed });
        else await runEraser(name, { machine, params }, context);
        return { deploy_result: {}, deploy_step: withoutConfigDrive(step) };
      },
    },
  };
}

type Call = { readonly params: JsonRecord; readonly args: JsonRecord; readonly context: CommandContext };
type Parts = { readonly machine: Machine; readonly deployed: DeployedDisk };

async function writeImageStep(call: Call, { machine, deployed }: Parts): Promise<void> {
  const info = imageInfoOf(call.args);
  const image = parseImageInfo(info);
  const disk = chooseRootDevice(machine.disks(), hintsOfNode(recordField(call.params, 'node')));
  machine.say('root device chosen', { disk: disk.name, bytes: disk.size });
  // Everything that can be refused is refused before the disk is touched.
  const configDrive = await configDriveOf(call.args.configdrive ?? info.configdrive, machine);
  await writeImage({ disk, image, onProgress: call.context.onProgress }, machine);
  await finishDisk(disk, configDrive, machine);
  deployed.remember(disk.name);
}

/** The drive's bytes: given as base64, or at a URL that gives the same. */
async function configDriveOf(given: unknown, machine: Machine): Promise<Buffer | null> {
  if (given === undefined || given === null || given === '') return null;
  if (typeof given !== 'string')
    throw new AgentError('invalid_params', 'configdrive must be base64 text or a URL');
  return decodeConfigDrive(/^https?:\/\//.test(given) ? await download(given, machine) : given);
}

async function download(url: string, machine: Machine): Promise<string> {
  try {
    const answer = await machine.http.exchange({ method: 'GET', url }, { maxBytes: CONFIG_DRIVE_TEXT });
    if (answer.status !== 200) throw new Error(`HTTP status ${answer.status}`);
    return answer.body;
  } catch (error) {
    throw new AgentError('config_drive', `the config drive could not be fetched: ${reasonOf(error)}`);
  }
}

/** The step as it came, except what is secret: Ironic compares interface and name only. */
function withoutConfigDrive(step: JsonRecord): JsonRecord {
  const mask = (holder: JsonRecord): JsonRecord =>
    stringField(holder, 'configdrive') === null ? holder : { ...holder, configdrive: '******' };
  const args = recordField(step, 'args');
  const info = isRecord(args.image_info) ? { image_info: mask(args.image_info) } : {};
  return { ...step, args: { ...mask(args), ...info } };
}
