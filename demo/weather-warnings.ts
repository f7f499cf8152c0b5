/** One generated message of the rainstorm warning's life. */
export interface Message {
  readonly identifier: string;
  readonly sentAt: Date;
  readonly msgType: 'Alert' | 'Update' | 'Cancel';
  /** Of a cancellation: the colour that it cancels. */
  readonly colour: keyof typeof LEVELS;
  readonly previous: Message | undefined;
}

const LEVELS = {
  Blue: { zh: '蓝色', rank: 'IV级/一般', severity: 'Minor' },
  Yellow: { zh: '黄色', rank: 'III级/较重', severity: 'Moderate' },
  Orange: { zh: '橙色', rank: 'II级/严重', severity: 'Severe' },
  Red: { zh: '红色', rank: 'I级/特别严重', severity: 'Extreme' },
} as const;
const OFFICE = '乌苏市气象台（演练）';
const OFFICE_EN = 'Wusu Meteorological Observatory (exercise)';
const CAP_SENDER = 'Wusu_Meteorological_Observatory_Exercise';
const HOLDS_MS = 12 * 3_600_000;

/** The message in the domestic dialect: no namespace, blank in times, `expires` left empty as offices do. */
export function domesticFile(message: Message): string {
  const { identifier, sentAt, msgType, colour, previous } = message;
  const { headline, description, instruction } = chinese(message);
  const time = beijing(sentAt).replace('T', ' ');
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert>
  <identifier>${identifier}</identifier>
  <sender>${OFFICE}</sender>
  <senderCode>${identifier.slice(0, 14)}</senderCode>
  <sendTime>${time}</sendTime>
  <status>Exercise</status>
  <msgType>${msgType}</msgType>
  <scope>Public</scope>
  <code><method><methodName>WEB</methodName><message>${description}</message><audienceGrp/><audenceprt/></method></code>
  <secClassification>None</secClassification>
  <note>生成的演练数据</note>
  <references>${previous?.identifier ?? ''}</references>
  <info>
    <language>zh-CN</language>
    <eventType>11B03</eventType>
    <urgency>Unknown</urgency>
    <severity>${colour}</severity>
    <certainty>Unknown</certainty>
    <effective>${time}</effective>
    <onset/>
    <expires/>
    <senderName>演练员</senderName>
    <headline>${headline}</headline>
    <description>${description}</description>
    <instruction>${instruction}</instruction>
    <web/>
    <area><areaDesc>乌苏市</areaDesc><polygon/><circle/><geocode>654202000000,654202000000</geocode></area>
  </info>
</alert>
`;
}

/** The same message in CAP 1.2 as it is passed on abroad: English and Chinese, no code of the hazard, no polygon. */
export function capFile(message: Message): string {
  const { identifier, sentAt, msgType, previous } = message;
  const references = previous
    ? `<references>${CAP_SENDER},${previous.identifier},${beijing(previous.sentAt)}</references>`
    : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${identifier}</identifier>
  <sender>${CAP_SENDER}</sender>
  <sent>${beijing(sentAt)}</sent>
  <status>Exercise</status>
  <msgType>${msgType}</msgType>
  <scope>Public</scope>
  <note>generated exercise data</note>
  ${references}
${capInfo(message, 'en-US', 'rainstorm', OFFICE_EN, 'Wusu', english(message))}
${capInfo(message, 'zh-CN', '暴雨', OFFICE, '乌苏市', chinese(message))}
</alert>
`;
}

interface Words {
  readonly headline: string;
  readonly description: string;
  readonly instruction: string;
}

function capInfo(
  message: Message,
  language: string,
  event: string,
  office: string,
  place: string,
  words: Words,
): string {
  return `  <info>
    <language>${language}</language>
    <category>Met</category>
    <event>${event}</event>
    <urgency>Unknown</urgency>
    <severity>${LEVELS[message.colour].severity}</severity>
    <certainty>Unknown</certainty>
    <effective>${beijing(message.sentAt)}</effective>
    <expires>${beijing(new Date(message.sentAt.getTime() + HOLDS_MS))}</expires>
    <senderName>${office}</senderName>
    <headline>${words.headline}</headline>
    <description>${words.description}</description>
    <instruction>${words.instruction}</instruction>
    <area>
      <areaDesc>${place}</areaDesc>
      <geocode><valueName>CPEAS Geographic Code</valueName><value>654202000000</value></geocode>
    </area>
  </info>`;
}

function chinese({ msgType, colour, previous }: Message): Words {
  const { zh, rank } = LEVELS[colour];
  if (msgType === 'Cancel')
    return {
      headline: `${OFFICE}解除暴雨${zh}预警信号`,
      description: `【演练】${OFFICE}解除暴雨${zh}预警信号：南部山区降雨已明显减弱。`,
      instruction: '【演练】河道水位回落前请继续远离河岸。',
    };
  const change = previous
    ? `将暴雨${LEVELS[previous.colour].zh}预警信号升级为暴雨${zh}预警信号`
    : `发布暴雨${zh}预警信号`;
  return {
    headline: `${OFFICE}${previous ? '变更' : ''}发布暴雨${zh}预警信号[${rank}]`,
    description: `【演练】${OFFICE}${change}：预计未来12小时南部山区有强降雨，局地可能引发山洪和滑坡。`,
    instruction: '【演练】请沿河及山区人员远离河道和陡坡，注意防范。',
  };
}

function english({ msgType, colour, previous }: Message): Words {
  const level = colour.toLowerCase();
  if (msgType === 'Cancel')
    return {
      headline: `${OFFICE_EN} lifts the ${level} rainstorm warning signal`,
      description: `[EXERCISE] The ${level} rainstorm warning is lifted: rain in the southern mountains has eased.`,
      instruction: '[EXERCISE] Keep away from river banks until levels have fallen.',
    };
  const change = previous ? `raised from ${previous.colour.toLowerCase()} to ${level}` : `issued at ${level}`;
  return {
    headline: `${OFFICE_EN} issues a ${level} rainstorm warning signal`,
    description: `[EXERCISE] Rainstorm warning ${change}: heavy rain in the southern mountains within 12 hours, flash floods and landslides possible.`,
    instruction: '[EXERCISE] Keep away from river beds and steep slopes.',
  };
}

/** CAP's form of Beijing time. */
const beijing = (time: Date): string => `${new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
