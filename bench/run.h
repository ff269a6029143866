#include <stdint.h>

/* `prepare` computes what all runs share, `run` all the rest, in blocks of runs. Shapes, the axis of runs last and
 * `stride` long: P (constants, runs), XS (steps + 1, shared series), X (steps + 1, series, runs), Y (saved rows,
 * moving outputs, runs), N (still outputs, runs); W is room to work, F (once) and Z (every step) is what runs
 * share. `rows` tells for every step which row of Y it is saved in, or -1. */
void prepare(long steps, In XS, double *restrict F, double *restrict Z)
{
    fixed(XS, F, 0.0, Z);
    for (long i = 0; i <= steps; i++)
        shared(XS + i * SHARED_SERIES, F, INITIAL_TIME + i * TIME_STEP, Z + i * SHARED);
}

void run(long runs, long stride, long from, long steps, In P, In XS, In X, double *restrict Y, double *restrict N,
         double *restrict W, In F, In Z, const long *restrict rows)
{
    (void)XS, (void)from;
    double *S = (double *)(((uintptr_t)W + 63) & ~(uintptr_t)63), *K = S + STATE * BLOCK, *T = K + HELD * BLOCK;
    for (long r0 = 0; r0 < runs; r0 += BLOCK) {
        const long n = runs - r0 < BLOCK ? runs - r0 : BLOCK;
        init(S, K, T, F, Z, X + r0, P + r0, Y + r0, N + r0, stride, 0, n);
        for (long i = 0; i <= steps; i++) {
            In z = Z + i * SHARED, x = X + i * SERIES * stride + r0;
            if (rows[i] >= 0)
                saving_step(S, K, T, F, z, x, P + r0, Y + rows[i] * MOVING * stride + r0, N, stride, i, n);
            else
                step(S, K, T, F, z, x, P + r0, Y, N, stride, i, n);
        }
    }
}
