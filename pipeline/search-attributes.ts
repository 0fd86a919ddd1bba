/** Search attributes of a run, registered by infra before the first run. Upserted on state changes only. */

export const SEARCH_ATTRIBUTES = {
  Pipeline: { name: 'Pipeline', type: 'KEYWORD' },
  Symbol: { name: 'Symbol', type: 'KEYWORD' },
  Exchange: { name: 'Exchange', type: 'KEYWORD' },
  RunState: { name: 'RunState', type: 'KEYWORD' },
  CurrentStep: { name: 'CurrentStep', type: 'KEYWORD' },
  BlockedStep: { name: 'BlockedStep', type: 'KEYWORD' },
  ErrorType: { name: 'ErrorType', type: 'KEYWORD' },
  SpecHash: { name: 'SpecHash', type: 'KEYWORD' },
  StepsDone: { name: 'StepsDone', type: 'INT' },
} as const;

/** Name and type of each in the words of Temporal's CLI, for example `RunState=Keyword`. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, 'Keyword' | 'Int'>> = Object.fromEntries(
  Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, type === 'INT' ? 'Int' : 'Keyword']),
);
