# Operators, conversions, texts and messages of int, float, complex and bool.
def show(expression):
    try:
        print(expression, '->', repr(eval(expression)))
    except Exception as error:
        print(expression, '->', type(error).__name__, error)


for expression in r'''
1//0
1%0
1/0
divmod(1,0)
1.0//0
1.0%0
divmod(1.0,0)
0.0**-1
0**-1
1j/0
1j**-0
0j**-1
0j**1j
1<<-1
1>>-1
1<<(1<<70)
1>>(1<<70)
-1>>(1<<70)
0<<(1<<70)
10.0**400
(-8)**0.5
pow(2,-1,4)
pow(2,3,0)
pow(2.0,3,4)
pow(2j,3,4)
int('')
int('1_',10)
int('0x10',0)
int('010',0)
int(b'12x')
int([])
int('1',1)
int(1,10)
int(base=10)
int('5',base=10)
int(x=3)
int(1,2,3)
int(float('nan'))
int(float('inf'))
float('abc')
float([])
float(b'x')
float(1,2)
float(x=1)
(1).to_bytes(-1)
(-1).to_bytes()
(256).to_bytes(1)
(1).to_bytes(1,'x')
int.from_bytes(5)
int.from_bytes([256])
int.from_bytes('a')
round(1.5,'a')
round(12345,-2)
round(15,-1)
round(25,-1)
round(1e308,-308)
round(float('nan'))
round(float('inf'))
float('nan').as_integer_ratio()
float('inf').as_integer_ratio()
float.fromhex('zz')
float.fromhex('0x1p5000')
(1.5).hex()
(0.0).hex()
(5e-324).hex()
complex('1+2')
complex('abc')
complex('1','2')
complex(1,'2')
complex([])
complex(1,[])
complex(real=1,imag=2)
complex(1,2,3)
1j//1
1j%1
1j<2
True&False
True&1
bool(1,2)
bool(x=1)
bool.from_bytes(b'\0')
-0j
complex(-0.0,-0.0)
complex(float('nan'),float('inf'))
hash(1j),hash(2**61-1),hash(-1)
1e16, 1e15,123456789012345678.0,1e-5,0.0001
2**-1
2**-2000
(2**2000)**-1
2**5000/3**100
2**2000/3
1 if 2**70>1e3 else 2
10**400*1.0
10**400<1e300
int('9'*5000)
str(10**5000)
(10).__round__(None)
(3).__pow__(2,None)
(1).real.imag
1.5.is_integer()
1.5.__floor__()
1e300.__trunc__()
int('\u0661\u0662')
float('\u0661.5')
int(' 12 \n')
int('1 2')
float('1_0.5')
float('1__0')
complex('1_0j')
int.from_bytes(b'ab', byteorder='little', signed=True)
(5).bit_count(), (5).bit_length()
True.to_bytes()
int.__new__(bool,1)
bool.__new__(int)
float.__getformat__('double')
float.from_number(3)
complex.from_number(3)
int(True), repr(int(True))
5 .__divmod__(2.0)
(1).__add__(1.0)
round(2.675,2),round(2.5),round(-2.5),round(1e22,5),round(0.5,0)
round(12.5, -1), round(5e15,2)
float('1'*400)
float('infinity'),float('-NaN'),float('+inf')
1.0.__round__(1.5)
(-5)//2,-5%3,5%-3,5.5%-3,-5.5//2
0.0//-1, -0.0//1, 0.0%-1.0
2.0**1024
complex(1e200,1e200)*complex(1e200,1e200)
abs(3+4j), abs(complex(1e308,1e308))
(1+2j)**2,(1+2j)**-2,(1+2j)**0.5,(1+2j)**(1+1j),0j**0
float.hex(1e-310)
divmod(-7.5,2)
'''.strip().split('\n'):
    show(expression)
