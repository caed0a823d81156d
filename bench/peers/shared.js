// What Express and Fastify have in common: where things are, and what is done with them.
import { createHash, timingSafeEqual } from 'node:crypto';
import Redis from 'ioredis';
import pg from 'pg';

export const settings = {
  port: Number(process.env.PORT),
  symbols: process.env.SYMBOLS.split(','),
  secret: Buffer.from(process.env.JWT_SECRET),
  issuer: process.env.JWT_ISSUER,
  audience: process.env.JWT_AUDIENCE,
};

const BIGINT = 20;
const TIMESTAMPTZ = 1184;
pg.types.setTypeParser(BIGINT, Number);
// "2025-08-20 10:11:12.131415+00": a Date would lose the microseconds.
pg.types.setTypeParser(TIMESTAMPTZ, text => text.replace(' ', 'T') + ':00');

const pool = new pg.Pool({
  host: process.env.POSTGRES_HOST,
  port: Number(process.env.POSTGRES_PORT),
  database: process.env.POSTGRES_DB,
  user: process.env.POSTGRES_USER,
  password: process.env.POSTGRES_PASSWORD,
  max: Number(process.env.POSTGRES_POOL_SIZE),
});
const redis = new Redis(process.env.REDIS_URL, { enableAutoPipelining: true });

const FIND = `
  SELECT id, username, full_name, email, roles, status, created_at, updated_at, revision, ver
    FROM account.users
   WHERE id = $1`;

const keyDigest = digest(process.env.INTERNAL_API_KEY);

function digest(text) {
  return createHash('sha256').update(text).digest();
}

export function isOurKey(sent) {
  return sent !== undefined && timingSafeEqual(digest(sent), keyDigest);
}

/** The first quotes of the configured order, and the age of the oldest in seconds. */
export async function prices(limit) {
  const texts = await redis.mget(settings.symbols.slice(0, limit).map(symbol => 'bench:quote:' + symbol));
  const now = Date.now();
  let oldest = 0;
  const quotes = [];
  for (const text of texts) {
    if (text !== null) {
      const { stale_at: staleAt, ...quote } = JSON.parse(text);
      quote.age_ms = Math.max(0, now - Date.parse(quote.received_at));
      quote.stale = now >= Date.parse(staleAt);
      oldest = Math.max(oldest, quote.age_ms);
      quotes.push(quote);
    }
  }
  return { quotes, age: Math.floor(oldest / 1000) };
}

/** The row, or undefined. */
export async function user(id) {
  const { rows } = await pool.query({ name: 'find', text: FIND, values: [id] });
  return rows[0];
}

export function maySee(token, id) {
  return token.sub === id || token.roles.includes('admin');
}

export function view(row) {
  return {
    id: row.id,
    username: row.username,
    full_name: row.full_name,
    email: row.email,
    roles: row.roles,
    status: row.status,
    created_at: row.created_at,
    updated_at: row.updated_at,
    revision: Number(row.revision),
  };
}

export function problem(status, code) {
  return { type: 'about:blank', status, code };
}
