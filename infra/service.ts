/** What every service of the local stack is started with. */

export interface ServiceOptions {
  /** State folder: databases, objects, logs. */
  readonly folder: string;
  /** True: it outlives this process. */
  readonly keep: boolean;
}
