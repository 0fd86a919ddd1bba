/** What each backend's file offers to open-tensor-backend.ts. */

/** What opens a backend: registers it with tfjs once, and says its version. */
export type RegisterBackend = (options: { readonly device: 'cpu' | 'gpu'; readonly addonPath?: string }) => Promise<{ readonly version: string }>;
