import { createSecretKey } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import { isOurKey, maySee, prices, problem, settings, user, view } from './shared.js';

// A key object: given a string, the library makes one for each token.
const key = createSecretKey(settings.secret);
const wanted = { algorithms: ['HS256'], issuer: settings.issuer, audience: settings.audience };

const app = express();
app.disable('x-powered-by');
app.disable('etag');

app.get('/internal/price', async (request, response) => {
  if (!isOurKey(request.get('x-api-key'))) {
    return response.status(401).json(problem(401, 'api-key-wrong'));
  }
  const limit = Number(request.query.limit ?? 1000);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return response.status(422).json(problem(422, 'invalid-request'));
  }
  const { quotes, age } = await prices(limit);
  response.set('Age', String(age)).json(quotes);
});

app.get('/users/:id', async (request, response) => {
  let token;
  try {
    token = jwt.verify((request.get('authorization') ?? '').replace(/^Bearer /, ''), key, wanted);
  } catch {
    return response.status(401).json(problem(401, 'invalid-token'));
  }
  const id = request.params.id;
  if (!/^[1-9][0-9]{0,17}$/.test(id)) {
    return response.status(422).json(problem(422, 'invalid-request'));
  }
  if (!maySee(token, id)) {
    return response.status(403).json(problem(403, 'not-allowed'));
  }
  const row = await user(id);
  if (row === undefined) {
    return response.status(404).json(problem(404, 'user-not-found'));
  }
  response.set('ETag', `"${row.revision}"`).json(view(row));
});

app.listen(settings.port, '127.0.0.1');
