/** Search attributes that runs carry: the lists in Temporal's UI and CLI filter by them. */

/** Name to type; SQL visibility allows 10 of type Keyword and 3 of type Int in a namespace. */
export const SEARCH_ATTRIBUTES = {
  Pipeline: 'Keyword',
  Symbol: 'Keyword',
  Exchange: 'Keyword',
  RunState: 'Keyword',
  CurrentStep: 'Keyword',
  BlockedStep: 'Keyword',
  ErrorType: 'Keyword',
  SpecHash: 'Keyword',
  StepsDone: 'Int',
} as const;
