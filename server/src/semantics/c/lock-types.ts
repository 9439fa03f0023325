/** Types of C whose objects are where they are: a copy of one is none. Source: POSIX.1-2017, the pages named below ("referring to copies of the object … is undefined"). */

/** pthread_mutex_init, pthread_cond_init, pthread_rwlock_init, pthread_barrier_init, pthread_spin_init, sem_init; mtx_t and cnd_t are the first two in glibc's and musl's threads.h. */
const names = new Set(['pthread_mutex_t', 'pthread_cond_t', 'pthread_rwlock_t', 'pthread_barrier_t', 'pthread_spinlock_t', 'sem_t', 'mtx_t', 'cnd_t']);

export const lockTypeNames: ReadonlySet<string> = names;
