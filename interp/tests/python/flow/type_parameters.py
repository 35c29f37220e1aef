def show(f, *a, **k):
    try:
        print(f(*a, **k))
    except BaseException as e:
        print(type(e).__name__, e)
type A = int
print(A, A.__value__, A.__name__, A.__type_params__, A.__module__, type(A))
type L[T] = list[T]
print(L.__type_params__, L.__value__, L[int], L.__parameters__)
type Rec = dict[str, Rec]
print(Rec.__value__)
show(lambda: A[int])
def f[T: int, *Ts, **P, U: (int, str), D = float](x: T) -> T: return x
T, Ts, P, U, D = f.__type_params__
print(T, Ts, P, U, D)
print(T.__bound__, T.__constraints__, U.__constraints__, U.__bound__, D.__default__, T.__default__, T.has_default(), D.has_default())
print(T.__covariant__, T.__contravariant__, T.__infer_variance__, T.__name__, T.__module__)
print(type(T).__name__, type(Ts).__name__, type(P).__name__)
print(P.args, P.kwargs, P.args.__origin__ is P, P.args == P.args, P.args == P.kwargs)
print(T.evaluate_bound(1), T.evaluate_constraints, U.evaluate_constraints(1))
show(lambda: T.__mro_entries__(()))
def bad():
    class X(T): pass
show(bad)
print(f(3), f.__annotations__)
TV = type(T)
x = TV('x', covariant=True); y = TV('y', contravariant=True); z = TV('z')
print(x, y, z, z.__module__)
show(TV, 'q', covariant=True, contravariant=True)
show(TV, 'q', covariant=True, infer_variance=True)
show(TV, 'q', int)
show(TV, 5)
show(TV)
print(TV('c', int, str).__constraints__)
class G[T]:
    pass
print(G.__type_params__, G.__mro__[1:], G.__orig_bases__, G.__parameters__)
print(G[int], G[int]().__class__ is G)
class H[K, V](G[K]):
    def get[Q](self, k: K, q: Q) -> V: return k
print(H.__parameters__, H[int, str], H().get(1, 2), H.get.__type_params__, H.get.__annotations__)
class J[T = int]: x: T
print(J.__type_params__[0].__default__, J.__annotations__)
class S(G[int]): pass
print(S.__mro__, S.__parameters__)
def outer[T](x):
    def inner() -> T: return x
    class In: y: T
    return inner.__annotations__, In.__annotations__
print(outer(1))
type Alias[T, *Ts, **P] = tuple[T, *Ts]
print(Alias.__type_params__)
