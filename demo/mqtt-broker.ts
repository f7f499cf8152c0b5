import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';

/** A broker on a free port of loopback: MQTT 3.1.1, sessions in memory. */
export class LoopbackBroker {
  readonly #sockets = new Set<Socket>();
  #broker: Aedes | undefined;
  #server: Server | undefined;

  /** Its address, once it takes connections; on any port that is free where none is named. */
  async start(port = 0): Promise<string> {
    const broker = await Aedes.createBroker();
    this.#broker = broker;
    const server = createServer((socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)));
      broker.handle(socket);
    });
    this.#server = server;
    await new Promise<void>((done, failed) => {
      server.once('error', failed).listen(port, '127.0.0.1', done);
    });
    return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const [server, broker] = [this.#server, this.#broker];
    this.#server = this.#broker = undefined;
    // First the door: whoever comes back meanwhile would stay.
    const closed = server?.listening && new Promise((done) => server.close(done));
    if (broker) await new Promise<void>((done) => broker.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** A connected publisher that comes back by itself. */
export const gateway = (url: string, clientId: string): Promise<MqttClient> =>
  connectAsync(url, { clientId, protocolVersion: 4, connectTimeout: 5000, reconnectPeriod: 1000 });
