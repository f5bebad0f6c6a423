import { parseArgs } from 'node:util';
import { EMULATOR_KEY, startCosmosEmulator } from './emulator.ts';

const HELP = `Starts the project's Cosmos DB emulator, for trying things by hand. It keeps everything in memory.

  --port <number>     where to listen on 127.0.0.1 (default 8081; 0 takes any free port)
  --ranges <number>   physical ranges of a new container (default 2)
  --region <name>     a region; may be given several times, the first takes the writes (default East US)
  --help              this text

What it models, and what it does not, is in test/support/cosmos/README.md.`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8081' },
    ranges: { type: 'string', default: '2' },
    region: { type: 'string', multiple: true, default: ['East US'] },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const emulator = await startCosmosEmulator({
    port: wholeNumber('--port', values.port, 0, 65_535),
    ranges: wholeNumber('--ranges', values.ranges, 1, 1000),
    regions: values.region,
  });
  console.log(`endpoint  ${emulator.endpoint}`);
  for (const { name, endpoint } of emulator.regions) console.log(`region    ${name}  ${endpoint}`);
  console.log(`key       ${EMULATOR_KEY}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close());
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  console.error(`${name} takes a whole number from ${least} to ${most}, but got: ${text}`);
  process.exit(1);
}
