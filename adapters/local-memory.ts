/** How native memory is asked for in processes that compute. */

/**
 * The environment in which glibc takes memory in large pages, and arrays of 4 MiB and more apart from the heap, so that they go back when
 * they are freed; nothing is changed where GLIBC_TUNABLES is set already. Measured in decision 0028. No byte of a result depends on it.
 */
export function withLargePages(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4194304', ...env };
}
