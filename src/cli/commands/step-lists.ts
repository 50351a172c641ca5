/** `ingot template …` (deploy templates) and `ingot runbook …`: lists of steps with a name. */
import type { JsonObject } from '../answers.ts';
import { flag, type Values } from '../arguments.ts';
import type { StepListClient } from '../client.ts';
import { type Call, type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { readSteps } from '../steps-file.ts';
import { formatTable } from '../table.ts';

type Kind = {
  readonly word: 'template' | 'runbook';
  readonly title: string;
  readonly client: (call: Call) => StepListClient;
  /** The number that each step of the list has, and what its example shows. */
  readonly rank: 'priority' | 'order';
  readonly meaning: string;
  readonly options: Command['options'];
  readonly optionsHelp: string;
  /** What the options of `add` make of the body. */
  readonly fields: (values: Values) => JsonObject;
};

type StepListCommands = Readonly<Record<'list' | 'show' | 'add' | 'delete', Command>>;

export const templates: StepListCommands = commandsOf({
  word: 'template',
  title: 'deploy template',
  client: ({ client }) => client.deployTemplates,
  rank: 'priority',
  meaning: 'deployments whose instance_info.traits hold its name run its steps',
  options: {},
  optionsHelp: '',
  fields: () => ({}),
});

export const runbooks: StepListCommands = commandsOf({
  word: 'runbook',
  title: 'runbook',
  client: ({ client }) => client.runbooks,
  rank: 'order',
  meaning: 'nodes that have its name as a trait can be cleaned and serviced by it',
  options: { public: { type: 'boolean' }, 'without-ramdisk': { type: 'boolean' } },
  optionsHelp: `  --public           for everybody: it has no owner
  --without-ramdisk  its steps run without starting the ramdisk
`,
  fields: (values) => ({
    public: flag(values, 'public'),
    disable_ramdisk: flag(values, 'without-ramdisk'),
  }),
});

function commandsOf(kind: Kind): StepListCommands {
  const { word, title, rank } = kind;
  const list: Command = {
    usage: `ingot ${word} list`,
    summary: `Lists the ${title}s.`,
    options: {},
    least: 0,
    most: 0,
    async run(call) {
      const lists = await kind.client(call).list();
      const rows = lists.map((one) => [one.name, one.uuid, one.steps.map(titleOf).join(', ')]);
      if (call.json) printJson(call.io, { [`${word}s`]: lists });
      else call.io.out(formatTable(['name', 'uuid', 'steps'], rows) || `No ${title}s.\n`);
      return EXIT.ok;
    },
  };
  const show: Command = {
    usage: `ingot ${word} show NAME`,
    summary: `Shows one ${title} with its steps.`,
    options: {},
    least: 1,
    most: 1,
    async run(call) {
      const { name, steps, ...more } = await kind.client(call).get(call.positionals[0] ?? '');
      const rows = steps.map((step) => [String(step[rank]), titleOf(step), JSON.stringify(step.args)]);
      if (call.json) printJson(call.io, { name, steps, ...more });
      else call.io.out(`${name}\n${formatTable([rank, 'step', 'args'], rows)}`);
      return EXIT.ok;
    },
  };
  const add: Command = {
    usage: `ingot ${word} add NAME FILE`,
    summary: `Makes a ${title}: ${kind.meaning}.`,
    details: `
  NAME  a trait, such as CUSTOM_RAID10
  FILE  a JSON list of {"interface": …, "step": …, "args": {…}, "${rank}": …}
${kind.optionsHelp}`,
    options: kind.options,
    least: 2,
    most: 2,
    async run(call) {
      const [name = '', file = ''] = call.positionals;
      const body = { name, steps: await readSteps(file), ...kind.fields(call.values) };
      const made = await kind.client(call).add(body);
      if (call.json) printJson(call.io, made);
      else call.io.out(`The ${title} ${made.name} has ${made.steps.length} steps.\n`);
      return EXIT.ok;
    },
  };
  const remove: Command = {
    usage: `ingot ${word} delete NAME`,
    summary: `Deletes a ${title}; what runs already by it goes on.`,
    options: {},
    least: 1,
    most: 1,
    async run(call) {
      const [name = ''] = call.positionals;
      await kind.client(call).delete(name);
      if (call.json) printJson(call.io, { deleted: name });
      else call.io.out(`The ${title} ${name} is deleted.\n`);
      return EXIT.ok;
    },
  };
  return { list, show, add, delete: remove };
}

function titleOf(step: { readonly interface: string; readonly step: string }): string {
  return `${step.interface}.${step.step}`;
}
