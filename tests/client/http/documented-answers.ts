/** Holds answers of the HTTP trigger to its own OpenAPI document. */
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
// Its types bring app.swagger.
import '@fastify/swagger';
import type { HttpApp } from '../../../client/http/run-routes.js';

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Answer>> }>>>>;
}

/** The answer to a request, after its status, media type and body were found in the document. */
export async function ask(app: HttpApp, request: InjectOptions & { readonly url: string }): Promise<LightMyRequestResponse> {
  const response = await app.inject(request);
  const type = String(response.headers['content-type']).split(';')[0] ?? '';
  if (response.statusCode >= 400) assert.equal(type, 'application/problem+json', response.body);
  const answer = documentedAnswer(app, request, response.statusCode);
  if (answer === null) return response;
  const schema = answer.content?.[type]?.schema;
  assert.ok(schema, `${request.url}: ${response.statusCode} ${type} is not in the document`);
  if (type.endsWith('json')) assertFits(schema, response.json(), `${request.method ?? 'GET'} ${request.url} ${response.statusCode}`);
  return response;
}

/** The documented answer of a route; null for a request that no route takes. */
function documentedAnswer(app: HttpApp, { method = 'GET', url }: InjectOptions & { readonly url: string }, status: number): Answer | null {
  const { paths } = app.swagger() as unknown as OpenApi;
  const path = url.split('?')[0] ?? '';
  const template = Object.keys(paths).find((candidate) => new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  const responses = template === undefined ? undefined : paths[template]?.[method.toLowerCase()]?.responses;
  return responses?.[status] ?? responses?.['default'] ?? null;
}

function assertFits(schema: object, body: unknown, what: string): void {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  assert.ok(ajv.validate(schema, body), `${what}: ${ajv.errorsText()}\n${JSON.stringify(body)}`);
}
