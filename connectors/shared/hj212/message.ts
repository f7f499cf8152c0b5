import type { Position } from '../../../model/position.js';
import type { DeviceStateRecord, ObservationRecord, Outcome, Reject } from '../../../model/record.js';
import { type Hj212Packet, printable } from '../codecs/hj212.js';
import { type CpItem, type CpSection, readCp } from '../codecs/hj212-cp.js';
import { instant } from './check.js';
import { LOGGER_START, notKept, periodOf } from './commands.js';
import { type ItemContext, itemObservations } from './observations.js';
import type { Hj212Settings } from './settings.js';
import { itemStates } from './states.js';

/** One whole message of a device that may send it. */
export interface Message {
  readonly packet: Hj212Packet;
  /** Joined from all packets. */
  readonly cp: string;
  /** What came over the line, without its password. */
  readonly raw: Uint8Array;
  /** Where the device is. */
  readonly position: Position | null;
}

/** The readings and states of one message; what cannot be read is rejected by itself. */
export function outcomeOf(message: Message, settings: Hj212Settings): Outcome {
  const { packet, cp } = message;
  if (periodOf(packet.cn) === undefined && packet.cn !== LOGGER_START) {
    // The CN alone, so that the ledger counts it and does not fill with every frame that has it.
    const rejects = [reject(message, ...notKept(packet.cn, cp), `CN=${packet.cn}`)];
    return { records: [], rejects };
  }
  return new MessageReader(message, settings).outcome();
}

const reject = ({ packet, raw }: Message, reason: Reject['reason'], detail: string, part?: string): Reject => ({
  raw: part === undefined ? raw : `MN=${packet.mn};${part}`,
  reason,
  detail: `CN ${printable(packet.cn)} of device ${packet.mn}: ${detail}`,
});

class MessageReader {
  readonly #records: (ObservationRecord | DeviceStateRecord)[] = [];
  readonly #rejects = new Map<string, Reject>();

  constructor(
    private readonly message: Message,
    private readonly settings: Hj212Settings,
  ) {}

  outcome(): Outcome {
    const { sections, faults } = readCp(this.message.cp);
    for (const { text, message } of faults) this.#reject('malformed', message, text);
    if (sections.length === 0) this.#reject('missing-field', 'holds no data');
    for (const section of sections)
      if (this.message.packet.cn === LOGGER_START) this.#start(section);
      else this.#section(section);
    return { records: this.#records, rejects: [...this.#rejects.values()] };
  }

  #section({ dataTime, items, fields }: CpSection): void {
    const at = this.#time('DataTime', dataTime);
    if (!at || dataTime === null) return;
    for (const item of items) this.#item(item, at, dataTime);
    for (const [name, value] of fields)
      this.#reject('unsupported', `${name} is not kept, e.g. "${printable(value)}"`, name);
  }

  #item(item: CpItem, observedAt: Date, originalTime: string): void {
    const { packet, raw, position } = this.message;
    const { zone } = this.settings;
    const context: ItemContext = {
      cn: packet.cn,
      common: {
        sourceId: `${packet.mn}/${packet.cn}/${packet.qn ?? originalTime}`,
        raw,
        zone,
        station: packet.mn,
      },
      observedAt,
      originalTime,
      position,
      codes: this.settings.codes,
      reject: (reason, detail, part) => this.#reject(reason, detail, part),
    };
    this.#records.push(...itemStates(item, context), ...itemObservations(item, context));
  }

  #time(name: string, text: string | null): Date | undefined {
    const time = text === null ? undefined : instant(text, this.settings.zone);
    if (text === null) this.#reject('missing-time', `has no ${name}`);
    else if (!time) this.#reject('bad-time', `${name} "${printable(text)}" is no time`);
    return time;
  }

  /** 2081: RestartTime, in older devices DataTime alone. */
  #start({ dataTime, fields }: CpSection): void {
    const text = fields.get('RestartTime') ?? dataTime;
    const observedAt = this.#time('RestartTime', text);
    if (!observedAt || text === null) return;
    const { packet, raw, position } = this.message;
    this.#records.push({
      kind: 'device-state',
      sourceId: `${packet.mn}/${packet.cn}/${text}`,
      raw,
      observedAt,
      originalTime: text,
      zone: this.settings.zone,
      station: packet.mn,
      device: 'logger',
      aspect: 'START',
      condition: 'STARTED',
      runHours: null,
      sourceText: `RestartTime=${text}`,
      position,
      status: 'ACTUAL',
    });
  }

  /** One of a kind a message. `part` stands for the whole, so that a fault in every frame is one line of the ledger. */
  #reject(reason: Reject['reason'], detail: string, part?: string): void {
    this.#rejects.set(`${reason} ${detail}`, reject(this.message, reason, detail, part));
  }
}
