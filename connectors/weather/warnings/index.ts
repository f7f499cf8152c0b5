import type { Connector } from '../../connector.js';
import { type Settings, settings } from './config.js';
import { normalize } from './normalize.js';
import { SourceReader } from './round.js';

const connector: Connector<Settings> = {
  id: 'weather/warnings',
  department: 'WEATHER',
  title: { en: 'Weather warnings', zh: '气象预警信号' },
  freshness: 'contact',
  settings,
  create(own) {
    const readers = own.sources.map((source) => new SourceReader(source, own));
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        const faults: string[] = [];
        for (const reader of readers) faults.push(...(await reader.round(context)));
        if (faults.length === 1) throw new Error(faults[0]);
        if (faults.length > 1) throw new Error(`${faults.length} addresses cannot be read, first: ${faults[0]}`);
        context.contact();
      },
      replay: (input, now) => normalize(input, own, now, 'kept'),
    };
  },
};

export default connector;
