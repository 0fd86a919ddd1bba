/** Numbers as exchanges write them. */
import { z } from 'zod';

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** A number, or its decimal text. */
export const decimal = z.union([z.number(), z.string().regex(DECIMAL).transform(Number)], { error: 'expected a decimal number' });
