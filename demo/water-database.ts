import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { StandIn } from './stand-in.js';
import type { Scene, Story } from './story.js';
import { beijing, GAUGES, RAIN_GAUGES, RESERVOIR } from './water-stations.js';

/** Story seconds between two rows of a station, and never less in wall time than a second: TM has no parts of it. */
const EVERY = 10;
const SHORTEST_MS = 1000;
/** Rows older than this are deleted, so that the demo may run for weeks. */
const KEEP_HOURS = 6;
const LIMIT_MS = 2000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS st_stbprp_b (stcd char(8) PRIMARY KEY, stnm varchar(60), rvnm varchar(60), lgtd numeric(10,6),
    lttd numeric(10,6), stlc varchar(100), addvcd char(6), sttp char(2), usfl char(1), comments varchar(200));
  CREATE TABLE IF NOT EXISTS st_pptn_r (stcd char(8), tm timestamp, drp numeric(5,1), intv numeric(5,2), pdr numeric(5,2),
    dyp numeric(5,1), wth char(1), PRIMARY KEY (stcd, tm));
  CREATE TABLE IF NOT EXISTS st_river_r (stcd char(8), tm timestamp, z numeric(7,3), q numeric(9,3), flwchrcd char(1), wptn char(1),
    PRIMARY KEY (stcd, tm));
  CREATE TABLE IF NOT EXISTS st_rsvr_r (stcd char(8), tm timestamp, rz numeric(7,3), inq numeric(9,3), w numeric(9,3), blrz numeric(7,3),
    otq numeric(9,3), rwptn char(1), PRIMARY KEY (stcd, tm));
  CREATE TABLE IF NOT EXISTS st_rvfcch_b (stcd char(8) PRIMARY KEY, ldkel numeric(7,3), rdkel numeric(7,3), wrz numeric(7,3),
    wrq numeric(9,3), grz numeric(7,3), grq numeric(9,3));
  CREATE TABLE IF NOT EXISTS st_rsvrfcch_b (stcd char(8) PRIMARY KEY, damel numeric(7,3), ckflz numeric(7,3), dsflz numeric(7,3),
    normz numeric(7,3), ddz numeric(7,3), ttcp numeric(9,3));
  CREATE TABLE IF NOT EXISTS st_rsvrfsr_b (stcd char(8), bgmd char(4), edmd char(4), fsltdz numeric(7,3), fstp char(1),
    PRIMARY KEY (stcd, bgmd))`;

/** A water bureau's own database with SL 323 tables: it writes, and a role of its own that may only read is what feeds are given. */
export class WaterDatabase implements StandIn {
  readonly name = 'hydrological database (SL 323)';
  #writer: pg.Pool | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `adminUrl`: a role that may make databases and roles; `database`: the name of the one to make, and of its reader's role. */
  constructor(
    private readonly adminUrl: string,
    private readonly database: string,
    private readonly story: Story,
    private readonly now: () => Date,
  ) {}

  /** Makes what is not there yet, and gives the reader's address with a new password. */
  async start(): Promise<string> {
    const reader = `${this.database}_reader`;
    const password = randomBytes(18).toString('base64url');
    await this.#asAdmin(reader, password);
    this.#writer = new pg.Pool({
      connectionString: this.#url().href,
      max: 1,
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: LIMIT_MS,
    });
    // A database that goes away and comes back finds the bureau writing on.
    this.#writer.on('error', () => {});
    await this.#prepare(this.#writer, reader);
    await this.#write();
    const interval = Math.max(SHORTEST_MS, this.story.wallMs(EVERY));
    this.#timer = setInterval(() => this.#next(), interval);
    const url = this.#url();
    url.username = reader;
    url.password = password;
    return url.href;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const ended = this.#writing.then(() => this.#writer?.end());
    // A database that hangs does not hold up the end.
    await Promise.race([ended, pause(LIMIT_MS + 500, undefined, { ref: false })]);
    this.#writer = undefined;
  }

  #url(): URL {
    const url = new URL(this.adminUrl);
    url.pathname = `/${this.database}`;
    return url;
  }

  async #asAdmin(reader: string, password: string): Promise<void> {
    const client = new pg.Client({
      connectionString: this.adminUrl,
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: 5 * LIMIT_MS,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      const role = pg.escapeIdentifier(reader);
      const { rowCount: roles } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [reader]);
      await client.query(
        `${roles ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)} NOSUPERUSER NOCREATEDB NOCREATEROLE`,
      );
      const { rowCount: databases } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
        this.database,
      ]);
      if (!databases)
        await client.query(`CREATE DATABASE ${pg.escapeIdentifier(this.database)} TEMPLATE template0 ENCODING 'UTF8'`);
    } finally {
      await client.end();
    }
  }

  async #prepare(pool: pg.Pool, reader: string): Promise<void> {
    const role = pg.escapeIdentifier(reader);
    await pool.query(
      `${TABLES}; GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    for (const { code, name, type, lon, lat } of [...GAUGES, ...RAIN_GAUGES, RESERVOIR])
      await pool.query(
        `INSERT INTO st_stbprp_b (stcd, stnm, lgtd, lttd, addvcd, sttp, usfl, comments)
         VALUES ($1, $2, $3, $4, '654202', $5, '1', '演练') ON CONFLICT DO NOTHING`,
        [code, name, lon, lat, type],
      );
    for (const { code } of GAUGES)
      await pool.query('INSERT INTO st_rvfcch_b (stcd, wrz, grz) VALUES ($1, 2.50, 3.00) ON CONFLICT DO NOTHING', [
        code,
      ]);
    const { code, restMetres } = RESERVOIR;
    await pool.query(
      `INSERT INTO st_rsvrfcch_b (stcd, damel, ckflz, dsflz, normz, ddz)
       VALUES ($1, $2 + 7.0, $2 + 5.2, $2 + 4.1, $2 + 2.8, $2 - 9.5) ON CONFLICT DO NOTHING`,
      [code, restMetres],
    );
    await pool.query(
      `INSERT INTO st_rsvrfsr_b (stcd, bgmd, edmd, fsltdz, fstp)
       VALUES ($1, '0501', '0930', $2 + 1.5, '1'), ($1, '1001', '0430', $2 + 2.8, '4') ON CONFLICT DO NOTHING`,
      [code, restMetres],
    );
  }

  #next(): void {
    // One at a time; a moment that comes while the database is away is not written.
    this.#writing = this.#writing.then(() => this.#write()).catch(() => {});
  }

  async #write(): Promise<void> {
    const { scene, time } = { scene: this.story.scene(), time: beijing(this.now()) };
    for (const statement of rowsOf(scene)) await this.#writer?.query(statement.text, [time, ...statement.values]);
    for (const table of ['st_pptn_r', 'st_river_r', 'st_rsvr_r'])
      await this.#writer?.query(`DELETE FROM ${table} WHERE tm < $1::timestamp - interval '${KEEP_HOURS} hours'`, [
        time,
      ]);
  }
}

/** The rows of one moment. */
function rowsOf(scene: Scene): { text: string; values: unknown[] }[] {
  const rain = [...GAUGES, ...RAIN_GAUGES].map(({ code, rain: share }) => ({
    text: 'INSERT INTO st_pptn_r (tm, stcd, drp, intv) VALUES ($1, $2, $3, 1.00) ON CONFLICT DO NOTHING',
    values: [code, (scene.rainMmPerHour * share).toFixed(1)],
  }));
  const rivers = GAUGES.map(({ code, river }) => ({
    text: 'INSERT INTO st_river_r (tm, stcd, z, q, wptn) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    values: [
      code,
      (1.2 + (scene.riverLevelMetres - 1.2) * river).toFixed(3),
      (scene.riverFlowCubicMetresPerSecond * river).toFixed(3),
      scene.seconds < 360 ? '5' : '4',
    ],
  }));
  const risen = (scene.riverLevelMetres - 1.2) / 1.9;
  const reservoir = {
    text: 'INSERT INTO st_rsvr_r (tm, stcd, rz, inq, otq, w) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
    values: [
      RESERVOIR.code,
      (RESERVOIR.restMetres + RESERVOIR.riseMetres * risen).toFixed(3),
      (scene.riverFlowCubicMetresPerSecond * 0.7).toFixed(3),
      (8 + risen * 20).toFixed(3),
      (RESERVOIR.restStorage + risen * 1.6).toFixed(3),
    ],
  };
  return [...rain, ...rivers, reservoir];
}
