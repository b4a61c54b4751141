// What people build first: the decision engine from npm behind an HTTP server, with nothing recorded.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ZenEngine } from '@gorules/zen-engine';

const [graph, port] = process.argv.slice(2);
const decision = new ZenEngine().createDecision(readFileSync(graph));

const answer = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

createServer(async (request, response) => {
  if (request.method === 'GET') return answer(response, 200, '{}');
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { result } = await decision.evaluate(JSON.parse(Buffer.concat(chunks)));
    answer(response, 200, JSON.stringify({ result }));
  } catch (error) {
    answer(response, 500, JSON.stringify({ error: String(error) }));
  }
}).listen(Number(port), '127.0.0.1');
