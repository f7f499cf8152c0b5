// A department's service: acts on every warning, also on those issued while it, the hub or the line was down.
//   FENGHUO_URL=http://127.0.0.1:4000/graphql FENGHUO_KEY=fh_… node client/examples/node-service.mjs
import { connect, fileStore, followWarnings } from '@fenghuo/client';

const hub = connect({
  url: process.env.FENGHUO_URL ?? 'http://127.0.0.1:4000/graphql',
  token: process.env.FENGHUO_KEY,
  onState: (state) => console.error(JSON.stringify(state)),
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => hub.close());

const warnings = followWarnings(hub, {
  store: fileStore(process.env.FENGHUO_CURSOR ?? 'warnings.cursor'),
  onGap: (gap) => console.error('warnings may have been missed:', gap.message),
  // What is in force: at the first start, and after a gap.
  onCurrent: (current) => {
    for (const { level, identifier } of current) console.log('CURRENT', level, identifier);
  },
});
// Act here; the cursor is stored once this returns, so a kill in between repeats one change and loses none.
await warnings.each(({ warningChanged: { kind, warning } }) => console.log(kind, warning.level, warning.identifier));
