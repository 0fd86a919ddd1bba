/** Scores of the members of an ensemble of networks, beside which the ensemble's own stand. */
import { hasMembers } from '../core/nn/network-ensemble.js';
import type { FittedSpecialist } from './fitted-specialist.js';
import type { SpecialistExamples } from './specialist-examples.js';
import type { MemberScores } from './specialist-record.js';
import { laterScores } from './specialist-scores.js';

/** Scores of the members of a fitted specialist at the positions of later segments; null where it is no ensemble of networks. */
export function memberScores(examples: SpecialistExamples, { unit, fit, bytes }: FittedSpecialist, later: Int32Array): MemberScores | null {
  const model = unit.family.load(bytes);
  try {
    if (!hasMembers(model)) return null;
    const members = model.memberProbabilities(fit.features, later);
    return { stopping: model.scores, later: members.map((probability) => laterScores(examples, { positions: later, probability })) };
  } finally {
    model.dispose();
  }
}
