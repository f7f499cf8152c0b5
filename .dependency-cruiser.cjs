// The house rules of docs/architecture.md: who may import whom (R1, R2, R5).
const rooms = {
  model: [],
  connectors: ['model'],
  channels: ['model', 'connectors/shared/codecs', 'connectors/shared/calls'],
  prisma: ['model'],
  events: ['model', 'prisma'],
  rules: ['model', 'prisma', 'events'],
  resolvers: ['model', 'prisma', 'events'],
  schema: ['model', 'resolvers'],
  exchange: ['model', 'prisma', 'events', 'connectors/shared/codecs', 'connectors/shared/calls'],
  web: [],
  client: [],
  tools: [],
  demo: ['connectors/shared/codecs', 'model'],
};
const all = [...Object.keys(rooms), 'server', 'bench', 'tests'];
const departments =
  'weather|seismic|water|natural-resources|forestry|public-security|industry|housing|transport|tourism|ecology|emergency';

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room}/ may import only: ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${all.join('|')})/`, pathNot: `^(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'departments-apart',
      severity: 'error',
      from: { path: `^(connectors|schema|resolvers)/(${departments})/` },
      to: { path: `^$1/(${departments})/`, pathNot: '^$1/$2/' },
    },
    {
      name: 'shared-below-departments',
      severity: 'error',
      from: { path: '^(connectors|schema|resolvers)/shared/' },
      to: { path: `^$1/(${departments})/` },
    },
    {
      name: 'codecs-do-no-io',
      severity: 'error',
      from: { path: '^connectors/shared/codecs/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(node:)?(fs|net|http|https|dgram|tls|child_process)(/|$)' },
    },
    {
      name: 'only-server-names-feeds',
      comment: 'concrete connectors are listed in server/connectors.ts and nowhere else',
      severity: 'error',
      from: { pathNot: `^(server|tests|bench)/|^connectors/` },
      to: { path: `^connectors/(${departments})/` },
    },
    {
      name: 'channels-apart',
      severity: 'error',
      from: { path: '^channels/([a-z-]+)/' },
      to: { path: '^channels/[a-z-]+/', pathNot: '^channels/$1/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules|prisma/generated|tests/generated|client/dist|client/src/generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
