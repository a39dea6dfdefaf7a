// The import table of the house: which package may import which, and that nothing imports in circles.
const internal = {
  core: [],
  protocol: ['core'],
  msi: [],
  trust: ['core', 'protocol'],
  client: ['core', 'protocol', 'trust', 'msi'],
  server: ['core', 'protocol', 'msi', 'trust'],
  console: ['protocol', 'core'],
};

/** Tests may use the testkit besides; `only-tests-use-the-testkit` holds everything else off it. */
const notTheTable = Object.entries(internal).map(([name, allowed]) => ({
  name: `${name}-imports-only-what-it-may`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: '^(packages|e2e|bench)/', pathNot: `^packages/(${[name, ...allowed, 'testkit'].join('|')})/` },
}));

/** Which packages from elsewhere (and which of Node's own modules) each part may use. */
const external = {
  core: { production: '^$' },
  protocol: { production: 'node_modules/zod' },
  msi: { production: '^node:|^(crypto|fs|fs/promises|worker_threads)$|node_modules/(pkijs|asn1js)' },
};

const notTheLibraries = Object.entries(external).map(([name, { production }]) => ({
  name: `${name}-uses-only-its-libraries`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: '\\.test\\.ts$|/test-support/' },
  to: { pathNot: `^packages/|${production}` },
}));

export default {
  forbidden: [
    ...notTheTable,
    ...notTheLibraries,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-tests-use-the-testkit',
      severity: 'error',
      from: { path: '^packages/', pathNot: ['^packages/testkit/', '\\.test\\.ts$', '/test-support/'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'a-feature-reaches-another-through-its-service-or-read-model',
      severity: 'error',
      from: { path: '^packages/server/src/features/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^packages/server/src/features/([^/]+)/(routes|store)[^/]*\\.ts$',
        pathNot: '^packages/server/src/features/$1/',
      },
    },
    {
      name: 'only-compose-reads-the-graph',
      severity: 'error',
      from: { path: '^packages/server/src/features/' },
      to: { path: '^packages/server/src/compose\\.ts$' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.build|dist|testdata)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
