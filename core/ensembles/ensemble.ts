/** The ensemble as it is stored: per regime a stack of specialists, routed by filtered regime probability. */
import type { RegimeOrPooled } from '../regimes/regime-names.js';

/** A specialist whose model an ensemble uses. */
export interface EnsembleMember {
  readonly regime: RegimeOrPooled;
  /** Step that trained it. */
  readonly step: string;
  readonly family: string;
  /** Name of the model's artifact within the step. */
  readonly artifact: string;
  /** Hash of the model's bytes. */
  readonly sha256: string;
}

/** The stack of one regime. */
export interface Stack {
  readonly regime: RegimeOrPooled;
  /**
   * stacked: weights are fitted; equal-weights: too small an effective sample, the simple mean of log-odds serves; pooled: no
   * specialist of this regime was trained, the stack of POOLED serves.
   */
  readonly status: 'stacked' | 'equal-weights' | 'pooled';
  readonly reason: string;
  /** Sum of uniqueness of the regime's labelled train rows. */
  readonly effectiveSample: number;
  readonly rows: number;
  /** The regime's own specialists, then the pooled ones; none where the status is pooled. */
  readonly members: readonly EnsembleMember[];
  /** One weight a member, at least 0, on its log-odds. */
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** All stacks of the analyst or of the tactician. */
export interface Ensemble {
  readonly schema: 'ares.ensemble';
  readonly role: 'analyst' | 'tactician';
  readonly routing: 'filtered-regime-probability';
  /** One a regime in the order of REGIMES, POOLED last. */
  readonly stacks: readonly Stack[];
}

/** Text that names a member: `<step>/<artifact>`. */
export function memberKey(member: Pick<EnsembleMember, 'step' | 'artifact'>): string {
  return `${member.step}/${member.artifact}`;
}

/** Every member once, in stack order. */
export function membersOf(ensemble: Ensemble): EnsembleMember[] {
  const byKey = new Map<string, EnsembleMember>();
  for (const stack of ensemble.stacks) for (const member of stack.members) byKey.set(memberKey(member), member);
  return [...byKey.values()];
}
