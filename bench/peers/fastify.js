import fastify from 'fastify';
import { createVerifier } from 'fast-jwt';
import { isOurKey, maySee, prices, problem, settings, user, view } from './shared.js';

// With its cache of verified tokens, which the library offers.
const verify = createVerifier({
  key: settings.secret,
  algorithms: ['HS256'],
  allowedIss: settings.issuer,
  allowedAud: settings.audience,
  cache: 1000,
});

const text = { type: 'string' };
const quote = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    symbol: text,
    called_at: text,
    exchange_info: { type: 'object', additionalProperties: true },
    venue: text,
    source: text,
    event_time: text,
    received_at: text,
    age_ms: { type: 'integer' },
    stale: { type: 'boolean' },
  },
};
const account = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    username: text,
    full_name: { type: ['string', 'null'] },
    email: { type: ['string', 'null'] },
    roles: { type: 'array', items: text },
    status: text,
    created_at: text,
    updated_at: text,
    revision: { type: 'integer' },
  },
};

const app = fastify({ logger: false });

app.get(
  '/internal/price',
  {
    schema: {
      querystring: {
        type: 'object',
        properties: { limit: { type: 'integer', minimum: 1, maximum: 1000, default: 1000 } },
      },
      response: { 200: { type: 'array', items: quote } },
    },
    onRequest: async (request, reply) => {
      if (!isOurKey(request.headers['x-api-key'])) {
        return reply.code(401).send(problem(401, 'api-key-wrong'));
      }
    },
  },
  async (request, reply) => {
    const { quotes, age } = await prices(request.query.limit);
    reply.header('Age', String(age));
    return quotes;
  },
);

app.get(
  '/users/:id',
  {
    schema: {
      params: { type: 'object', properties: { id: { type: 'string', pattern: '^[1-9][0-9]{0,17}$' } } },
      response: { 200: account },
    },
    onRequest: async (request, reply) => {
      try {
        request.token = verify((request.headers.authorization ?? '').replace(/^Bearer /, ''));
      } catch {
        return reply.code(401).send(problem(401, 'invalid-token'));
      }
    },
  },
  async (request, reply) => {
    const id = request.params.id;
    if (!maySee(request.token, id)) {
      return reply.code(403).send(problem(403, 'not-allowed'));
    }
    const row = await user(id);
    if (row === undefined) {
      return reply.code(404).send(problem(404, 'user-not-found'));
    }
    reply.header('ETag', `"${row.revision}"`);
    return view(row);
  },
);

app.decorateRequest('token', null);
await app.listen({ port: settings.port, host: '127.0.0.1' });
