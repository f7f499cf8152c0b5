import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IssuedWarning {
  readonly identifier: string;
  readonly colour?: 'Blue' | 'Yellow' | 'Orange' | 'Red';
  readonly messageType?: 'Alert' | 'Update' | 'Cancel';
  readonly references?: string;
  readonly status?: 'Actual' | 'Exercise' | 'Test';
  readonly sentAt?: Date;
  readonly expiresAt?: Date | null;
}

const beijing = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/** A domestic 12379 message for Wusu. */
export function warningXml(warning: IssuedWarning): string {
  const sentAt = beijing(warning.sentAt ?? new Date());
  const expires = warning.expiresAt ? `${beijing(warning.expiresAt)}+08:00` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert><identifier>${warning.identifier}</identifier><sender>乌苏市气象台</sender><senderCode>65420241600000</senderCode>
<sendTime>${sentAt}+08:00</sendTime><status>${warning.status ?? 'Exercise'}</status><msgType>${warning.messageType ?? 'Alert'}</msgType><scope>Public</scope>
<references>${warning.references ?? ''}</references><info><language>zh-CN</language><eventType>11B03</eventType><urgency>Unknown</urgency>
<severity>${warning.colour ?? 'Blue'}</severity><certainty>Unknown</certainty><effective>${sentAt}+08:00</effective><onset/><expires>${expires}</expires>
<senderName>乌苏市气象台</senderName><headline>乌苏市气象台发布暴雨预警信号</headline><description>预计有强降水。</description><instruction/>
<area><areaDesc>乌苏市</areaDesc><polygon/><circle/><geocode>654202000000</geocode></area></info></alert>`;
}

/** A weather office's folder of files over HTTP: an index page and what has been issued so far. */
export class WarningOffice {
  readonly #files = new Map<string, string>();
  readonly #server: Server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    if (name === '')
      return void response.end([...this.#files.keys()].map((each) => `<a href="${each}">${each}</a>`).join('\n'));
    const file = this.#files.get(name);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': 'application/xml' }).end(file);
  });

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  issue(warning: IssuedWarning): void {
    this.put(`${warning.identifier}_${warning.messageType ?? 'Alert'}.xml`, warningXml(warning));
  }

  put(name: string, content: string): void {
    this.#files.set(name, content);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The n-th identifier of a test, as the weather office of Wusu numbers them. */
export const identifierOf = (n: number): string => `65420241600000_${String(20260101000000 + n)}`;

/** Settings of the warnings feed that polls an office every second. */
export const officeFeed = (url: string): string => `
  weather/warnings:
    expectedEverySeconds: 30
    zone: Asia/Shanghai
    crs: WGS84
    exercise: true
    pollSeconds: 1
    sources: [{ url: "${url}", index: html }]`;
