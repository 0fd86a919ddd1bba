/** Zod schemas as Fastify's route schemas: they check requests, type handlers, and become OpenAPI. */
import type { FastifySchema, FastifySchemaCompiler, FastifyTypeProvider } from 'fastify';
import { z } from 'zod';
import { HttpProblem, fieldProblems, problemSentence } from './problem.js';

/** Types of a handler's request from the zod schemas of its route. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: unknown;
}

/**
 * Checks a part of a request; what a schema refuses ends in status 422 (body) or 400 (the rest) with a problem per field. A body stays
 * as the caller wrote it: defaults are filled in by the run.
 */
export const checkByZod: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const isBody = httpPart === 'body';
  return (data) => {
    const parsed = schema.safeParse(data ?? {});
    if (parsed.success) return { value: isBody ? (data ?? {}) : parsed.data };
    const problems = fieldProblems(parsed.error.issues, data);
    return { error: new HttpProblem(isBody ? 422 : 400, problemSentence(problems), { problems }) };
  };
};

/** A route's schemas as JSON schema 2020-12, the dialect of OpenAPI 3.1: bodies and queries as callers write them. */
export function documentedSchema(schema: FastifySchema | undefined): FastifySchema {
  if (schema === undefined) return {};
  return Object.fromEntries(Object.entries(schema).map(([part, value]) => [part, documentedPart(part, value)]));
}

function documentedPart(part: string, value: unknown): unknown {
  if (value instanceof z.ZodType) return toJsonSchema(value, part === 'response' ? 'output' : 'input');
  if (part !== 'response' || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([status, answer]) => [status, documentedAnswer(answer)]));
}

/** An answer is a schema, or `{ description, content: { mediaType: { schema } } }`. */
function documentedAnswer(answer: unknown): unknown {
  if (answer instanceof z.ZodType) return toJsonSchema(answer, 'output');
  const { content, ...rest } = answer as { readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>> };
  return { ...rest, content: Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema: toJsonSchema(schema, 'output') }])) };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
