#define SIZE(numbers) (((numbers) * sizeof(double) / 64 + 1) * 64)

/* Run blocks of runs. Shapes: PS (shared constants), P (constants, stride), XS (steps + 1, shared series),
 * X (steps + 1, series, stride), Y (saves, moving outputs, stride), N (still outputs, stride). */
void run(long blocks, long stride, In PS, In P, In XS, In X, double *restrict Y, double *restrict N)
{
    double *F = aligned_alloc(64, SIZE(FIXED));
    double *Z = aligned_alloc(64, SIZE((STEPS + 1) * SHARED));
    double *work = aligned_alloc(64, SIZE((STATE + HELD + CROSSING) * BLOCK));
    double *S = work, *K = S + STATE * BLOCK, *T = K + HELD * BLOCK;
    fixed(PS, XS, F, 0.0, Z);
    for (long i = 0; i <= STEPS; i++)
        shared(PS, XS + i * SHARED_SERIES, F, INITIAL_TIME + i * TIME_STEP, Z + i * SHARED);
    for (long b = 0; b < blocks; b++) {
        const long r0 = b * BLOCK;
        init(S, K, T, F, Z, X + r0, P + r0, Y + r0, N + r0, stride, 0);
        for (long i = 0; i <= STEPS; i++) {
            In z = Z + i * SHARED, x = X + i * SERIES * stride + r0;
            if (i % SAVE_EVERY == 0)
                saving_step(S, K, T, F, z, x, P + r0, Y + i / SAVE_EVERY * MOVING * stride + r0, N, stride, i);
            else
                step(S, K, T, F, z, x, P + r0, Y, N, stride, i);
        }
    }
    free(F);
    free(Z);
    free(work);
}
