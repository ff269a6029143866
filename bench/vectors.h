/* What the generated code is written in, twice over: s... for one number, v... for a vector of runs.
 *
 * WIDE: a vector is eight runs in a 512-bit register. vexp and vln are generated, see c_exp_ln.py: calls would
 * save and load again every register in use.
 * Otherwise a "vector" is one run, and the loops over runs are left to the compiler to vectorise, with the
 * vector functions of libmvec.
 */
#include <math.h>
#include <stdlib.h>

typedef const double *restrict In;

static inline double smax(double a, double b) { return a > b ? a : b; }
static inline double smin(double a, double b) { return a < b ? a : b; }
static inline double sabs(double a) { return fabs(a); }
static inline double sexp(double a) { return exp(a); }
static inline double sln(double a) { return log(a); }
#define sln_positive sln
static inline double ssqrt(double a) { return sqrt(a); }
static inline double strunc(double a) { return trunc(a); }
static inline double ssin(double a) { return sin(a); }
static inline double scos(double a) { return cos(a); }
static inline double stan(double a) { return tan(a); }
static inline double sarcsin(double a) { return asin(a); }
static inline double sarccos(double a) { return acos(a); }
static inline double sarctan(double a) { return atan(a); }
static inline double ssinh(double a) { return sinh(a); }
static inline double scosh(double a) { return cosh(a); }
static inline double stanh(double a) { return tanh(a); }
static inline double smod(double a, double b) { double m = fmod(a, b); return m < 0 ? m + b : m; }
static inline double sselect(int m, double a, double b) { return m ? a : b; }
static inline int sequal(double a, double b) { return a == b; }
static inline int snot_equal(double a, double b) { return a != b; }
static inline int sless(double a, double b) { return a < b; }
static inline int sless_equal(double a, double b) { return a <= b; }
static inline int sgreater(double a, double b) { return a > b; }
static inline int sgreater_equal(double a, double b) { return a >= b; }
static inline int sand(int a, int b) { return a & b; }
static inline int sor(int a, int b) { return a | b; }
static inline int snot(int a) { return !a; }

#ifdef WIDE
#include <immintrin.h>

#define LANES 8
typedef __m512d V;
typedef __mmask8 M;
#define FOR_RUNS for (long r = 0; r < n; r += LANES)
#define ALL(x) _mm512_set1_pd(x)
#define LOAD(p) _mm512_loadu_pd(p)
#define STORE(p, x) _mm512_storeu_pd(p, x)

static inline V vmax(V a, V b) { return _mm512_max_pd(a, b); }
static inline V vmin(V a, V b) { return _mm512_min_pd(a, b); }
static inline V vabs(V a) { return _mm512_abs_pd(a); }
static inline V vsqrt(V a) { return _mm512_sqrt_pd(a); }
static inline V vtrunc(V a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_ZERO); }
static inline V vselect(M m, V a, V b) { return _mm512_mask_blend_pd(m, b, a); }
static inline M vequal(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
static inline M vnot_equal(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ); }
static inline M vless(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
static inline M vless_equal(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
static inline M vgreater(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
static inline M vgreater_equal(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ); }
static inline M vand(M a, M b) { return a & b; }
static inline M vor(M a, M b) { return a | b; }
static inline M vnot(M a) { return (M)~a; }

#define vln_positive vln

/* Functions that no time is lost on: every lane by itself, in a loop that the compiler may vectorise. */
#define BY_LANE(name)                                      \
    static inline V v##name(V x)                           \
    {                                                      \
        double a[LANES];                                   \
        _mm512_storeu_pd(a, x);                            \
        _Pragma("omp simd") for (int k = 0; k < LANES; k++) a[k] = s##name(a[k]); \
        return _mm512_loadu_pd(a);                         \
    }
BY_LANE(sin)
BY_LANE(cos)
BY_LANE(tan)
BY_LANE(arcsin)
BY_LANE(arccos)
BY_LANE(arctan)
BY_LANE(sinh)
BY_LANE(cosh)
BY_LANE(tanh)

static inline V vmod(V x, V y)
{
    double a[LANES], b[LANES];
    _mm512_storeu_pd(a, x);
    _mm512_storeu_pd(b, y);
    for (int k = 0; k < LANES; k++)
        a[k] = smod(a[k], b[k]);
    return _mm512_loadu_pd(a);
}

#else

typedef double V;
typedef int M;
#define LANES 1
#define FOR_RUNS _Pragma("omp simd") for (long r = 0; r < n; r++)
#define ALL(x) (x)
#define LOAD(p) (*(p))
#define STORE(p, x) (*(p) = (x))
#define vmax smax
#define vmin smin
#define vabs sabs
#define vexp sexp
#define vln sln
#define vln_positive sln
#define vsqrt ssqrt
#define vtrunc strunc
#define vsin ssin
#define vcos scos
#define vtan stan
#define varcsin sarcsin
#define varccos sarccos
#define varctan sarctan
#define vsinh ssinh
#define vcosh scosh
#define vtanh stanh
#define vmod smod
#define vselect sselect
#define vequal sequal
#define vnot_equal snot_equal
#define vless sless
#define vless_equal sless_equal
#define vgreater sgreater
#define vgreater_equal sgreater_equal
#define vand sand
#define vor sor
#define vnot snot
#endif
