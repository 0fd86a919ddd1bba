/** What a lineage is asked of: the texts that `ares lineage` takes, and that reports print. */
import type { StepId } from './steps/index.js';
import { STEPS } from './steps/index.js';

export type LineageTarget =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'artifact'; readonly run: string | null; readonly step: StepId; readonly name: string; readonly sha256: string | null }
  | { readonly kind: 'figure'; readonly run: string; readonly figure: string }
  | { readonly kind: 'prediction'; readonly run: string; readonly timeMs: number }
  | { readonly kind: 'version'; readonly symbol: string; readonly version: string };

/** The forms of a target, for help and for messages. */
export const TARGET_FORMS = [
  ['RUN', 'a run by its workflow id'],
  ['SHA256 or s3://...', 'an artifact by its hash or address'],
  ['RUN:STEP/NAME', 'an artifact of a run, for example r1:saving/bundle'],
  ['STEP/NAME@SHA256', 'an artifact as the report names it'],
  ['RUN:figure:SECTION/NAME', 'a figure of the report, for example "r1:figure:Test/strategy net return"'],
  ['RUN:prediction:TIME', 'a decision on the test segment by the time of its entry or signal (ISO 8601 or UTC ms)'],
  ['SYMBOL:VERSION', 'a registered model, for example ETHUSDT:1.0.0'],
] as const;

/** The target that a text names; whatever fits no other form is the id of a run. @throws RangeError on a time that is none */
export function parseLineageTarget(text: string): LineageTarget {
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'hash', sha256: text };
  const address = /^s3:\/\/.*\/([0-9a-f]{64})$/.exec(text);
  if (address !== null) return { kind: 'hash', sha256: address[1] as string };
  const figure = /^(.+?):figure:(.+)$/.exec(text);
  if (figure !== null) return { kind: 'figure', run: figure[1] as string, figure: figure[2] as string };
  const prediction = /^(.+?):prediction:(.+)$/.exec(text);
  if (prediction !== null) return { kind: 'prediction', run: prediction[1] as string, timeMs: timeOf(prediction[2] as string) };
  const artifact = artifactTarget(text);
  if (artifact !== null) return artifact;
  const version = /^([A-Z0-9]{2,20}):v?(\d+(?:\.\d+\.\d+)?)$/.exec(text);
  if (version !== null) return { kind: 'version', symbol: version[1] as string, version: version[2] as string };
  return { kind: 'run', run: text };
}

function artifactTarget(text: string): LineageTarget | null {
  for (const { id } of STEPS) {
    const at = text.startsWith(`${id}/`) ? 0 : text.lastIndexOf(`:${id}/`) + 1;
    if (at === 0 && !text.startsWith(`${id}/`)) continue;
    const [name = '', sha256 = null] = text.slice(at + id.length + 1).split('@');
    if (name === '') continue;
    return { kind: 'artifact', run: at === 0 ? null : text.slice(0, at - 1), step: id, name, sha256 };
  }
  return null;
}

function timeOf(text: string): number {
  const timeMs = /^\d{12,}$/.test(text) ? Number(text) : /(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new RangeError(`prediction time: expected ISO 8601 with an offset (2024-01-06T12:15:00Z) or UTC ms, found ${text}`);
  return timeMs;
}
