# Mutation of bytearrays, subclasses of the text and number types, and special methods that conversions call.
def x(code, *names):
    namespace = {}
    try:
        exec(code, namespace)
    except Exception as error:
        print(code, '->', type(error).__name__, error)
    else:
        print(code, '->', [namespace[name] for name in names])


x("a=bytearray(b'abc');a[0]=120;a[1:2]=b'ZZ';b=bytes(a)",'a','b')
x("a=bytearray(b'abcdef');a[::2]=b'XYZ'",'a')
x("a=bytearray(b'abcdef');a[::2]=b'XY'",'a')
x("a=bytearray(b'abcdef');del a[::2];del a[0]",'a')
x("a=bytearray(b'abc');a[5]=1",'a')
x("a=bytearray(b'abc');a[0]=256",'a')
x("a=bytearray(b'abc');a['a']=1",'a')
x("a=bytearray(b'abc');a[0:1]='a'",'a')
x("a=bytearray(b'abc');a[0:1]=5",'a')
x("a=bytearray(b'abc');a[0:1]=[1,2]",'a')
x("a=bytearray(b'abc');a+=b'd';a*=2;a.extend([1]);a.insert(0,65);a.remove(97);a.reverse();p=a.pop(0)",'a','p')
x("a=bytearray(b'abc');a+='d'",'a')
x("a=bytearray(b'abc');a.clear();a.append(5);a.resize(3)",'a')
x("class S(str):\n  def __str__(self): return 'q'\ns=S('abc');r=(s,str(s),repr(s),s+'d',f'{s}',s.upper(),type(s.upper()),type(s[:]),'%s'%s,type(s.strip()),len(s),s==\"abc\",{s:1}['abc'])",'r')
x("class B(bytes): pass\ns=B(b'abc');r=(s,type(s[:]),type(s.upper()),s+b'd',bytes(s),type(bytes(s)),hash(s)==hash(b'abc'))",'r')
x("class I(int):\n  def __repr__(self): return 'I!'\ni=I(5);r=(i,str(i),i+1,type(+i),type(int(i)),f'{i}',f'{i:3}','%d'%i,I('12'),I(),hash(i),i==5,I.from_bytes(b'a'),type(I.from_bytes(b'a')),round(i),abs(I(-3)),[1,2,3][I(1)])",'r')
x("class F(float): pass\ni=F('2.5');r=(i,type(i+1),i.hex(),F.fromhex('0x1p3'),type(F.fromhex('0x1p3')),f'{i:.3f}',round(i),hash(i)==hash(2.5))",'r')
x("class C(complex): pass\nr=(C(1,2),type(C(1,2)+1),C('3j'),complex(C(1,2)))",'r')
x("class X:\n  def __format__(self,s): return 'X:'+s\n  def __index__(self): return 3\n  def __complex__(self): return 4j\n  def __float__(self): return 1.25\nr=(f'{X()}',f'{X():abc}','{:>{}}'.format(X(),5),'%x'%X(),'%d'%X(),'%f'%X(),'abcd'[X()],int(X()),complex(X()),float(X()),bytes(X()),'%c'%X())",'r')
x("class X:\n  def __bytes__(self): return b'hi'\nr=(bytes(X()),b'%s'%X())",'r')
x("class X:\n  def __bytes__(self): return 1\nr=bytes(X())",'r')
x("class X:\n  def __int__(self): return 1.5\nr=int(X())",'r')
x("class X:\n  def __index__(self): return 'a'\nr=int(X())",'r')
x("class X:\n  def __float__(self): return 1\nr=float(X())",'r')
x("class X:\n  def __str__(self): return 1\nr=str(X())",'r')
x("class X:\n  def __getitem__(self,k): return 'v'+str(k)\nr=('%(abc)s'%X(),'{0[1]}{0[x]}'.format(X()),'{a}'.format_map(X()))",'r')
x("class E(int):\n  def __add__(self,o): return 'add'\n  def __radd__(self,o): return 'radd'\nr=(E(1)+2,2+E(1),2.0+E(1))",'r')
x("it=iter('ab');next(it);r=(list(it),list(it))",'r')
x("r=[i for i in range(10**6) if i<2];s=''\nfor i in range(5): s+=str(i)",'r','s')
# zeal: 300
