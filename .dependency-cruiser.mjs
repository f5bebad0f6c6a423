/**
 * Which folder may know which. Data flows one way: http → graphql → (conversation | search | indexing) → ports ←
 * engines and providers; `core` is known to all and knows nothing; only the composition root knows everything.
 */

const CORE = '^src/core/';
const STORAGE_PORTS = '^src/storage/[^/]+$';
const MODEL_PORTS = '^src/models/[^/]+$';
const ENGINE = '^src/storage/([^/]+)/';
const PROVIDER = '^src/models/([^/]+)/';
const SERVICES = ['^src/conversation/', '^src/search/', '^src/indexing/', '^src/importing/', '^src/activity/'];

/** A folder may import from itself, and from what is listed. Node's own modules and packages are not arrows. */
const mayKnow = (name, from, known) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|test|bench|demo)/', pathNot: known },
});

export default {
  forbidden: [
    mayKnow('core-knows-nothing', CORE, [CORE]),
    mayKnow('storage-ports-know-core', STORAGE_PORTS, [CORE, STORAGE_PORTS]),
    mayKnow('model-ports-know-core', MODEL_PORTS, [CORE, MODEL_PORTS]),
    mayKnow('engines-know-their-port', ENGINE, [CORE, STORAGE_PORTS, '^src/storage/$1/']),
    mayKnow('providers-know-their-port', PROVIDER, [CORE, MODEL_PORTS, '^src/models/$1/']),
    mayKnow('services-know-ports', SERVICES, [CORE, STORAGE_PORTS, MODEL_PORTS, ...SERVICES]),
    mayKnow('graphql-knows-services', '^src/graphql/', [
      CORE,
      STORAGE_PORTS,
      MODEL_PORTS,
      ...SERVICES,
      '^src/graphql/',
    ]),
    mayKnow('http-knows-graphql', '^src/http/', [
      CORE,
      STORAGE_PORTS,
      MODEL_PORTS,
      ...SERVICES,
      '^src/graphql/',
      '^src/http/',
    ]),
    mayKnow('config-knows-core', '^src/config[.]ts$', [CORE]),
    {
      name: 'only-compose-knows-engines-and-providers',
      comment: 'Take the port instead, and have src/compose.ts pass in what implements it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/compose[.]ts$', ENGINE, PROVIDER] },
      to: { path: [ENGINE, PROVIDER] },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|demo)/' },
    },
    {
      name: 'src-runs-on-dependencies',
      comment: 'What src imports belongs to `dependencies`.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycle-of-files',
      comment: 'Generated types name the models they stand for, which may speak of generated types: that is no knot.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^src/graphql/generated[.]ts$' } },
    },
    {
      name: 'no-cycle-of-folders',
      comment: 'src itself holds the two ends, main.ts and compose.ts: cli lies between them.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/' },
      to: { circular: true },
    },
    { name: 'no-unresolvable', severity: 'error', from: { pathNot: '^bench/peers/' }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
    },
  },
};
