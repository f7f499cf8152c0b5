import { once } from 'node:events';
import type { Connector } from '../../connector.js';
import { type Settings, settings } from './config.js';

/** A feed that only waits: its reports come by the mutation `fileIncidentReport`, which writes and counts them itself. */
const connector: Connector<Settings> = {
  id: 'emergency/incident-reports',
  department: 'EMERGENCY',
  title: { en: 'Incident reports', zh: '突发事件信息报送' },
  freshness: 'on-demand',
  settings,
  create() {
    return {
      async run({ signal, listening }) {
        if (signal.aborted) return;
        listening('/graphql');
        await once(signal, 'abort');
      },
    };
  },
};

export default connector;
