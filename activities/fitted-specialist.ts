/** A specialist on its way from the fit to its artifacts. */
import type { FitData, ModelFamily } from '../core/models/model.js';

/** Who is fitted: a family on a regime's rows, with these parameters. */
export interface SpecialistUnit {
  readonly regime: string;
  readonly family: ModelFamily;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
}

/** A fitted specialist: the data of its final fit, and its bytes. */
export interface FittedSpecialist {
  readonly unit: SpecialistUnit;
  readonly fit: FitData;
  readonly bytes: Uint8Array;
}
