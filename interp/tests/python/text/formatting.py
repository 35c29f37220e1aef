# The format mini-language, str.format, f-strings and %.
def show(expression):
    try:
        print(expression, '->', repr(eval(expression)))
    except Exception as error:
        print(expression, '->', type(error).__name__, error)


for expression in r'''
format('a','+')
format('a','z')
format('a','#')
format('a','=5')
format('a',' ')
format('a',',')
format('a','d')
format('a','5.')
format('a','.99999999999999999999')
format(1,'.3')
format(1,'.3d')
format(1,'zd')
format(1,'+c')
format(1,'#c')
format(-1,'c')
format(1,',c')
format(1,',x')
format(1,'_x')
format(1,',_')
format(1,'q')
format(1,'s')
format(1.0,'d')
format(1.0,'x')
format(1j,'05')
format(1j,'=5')
format(1j,'%')
format(1,'abc')
format(1.5,'ab')
format('x','ab')
format(1234567.891234,',.6_f')
format(1234567.891234,'.6,f')
format(1234567.891234,'._f')
format(12345678,'015,d')
format(-12345678,'015_x')
format(1.5,'010')
format(0.0,'e')
format(-0.0,'zf')
format(1e10,'')
format(1e10,'n')
format(1e16,'.3')
format(12,'.3e')
format(True,'d'),format(True,''),format(True,'5')
format(1+2j,'.2f'),format(1+2j,'>20'),format(0j,''),format(1+2j,'+')
format(1e300*1e10,'010'),format(float('nan'),'f'),format(float('inf'),'F')
'{'.format()
'}'.format()
'{}'.format()
'{a}'.format()
'{0}{}'.format(1)
'{}{0}'.format(1)
'{a.}'.format(a=1)
'{a[}'.format(a=1)
'{a[]}'.format(a=1)
'{a[0]x}'.format(a=[1])
'{!x}'.format(1)
'{!}'.format(1)
'{!r'.format(1)
'{!rx}'.format(1)
'{:{:{}}}'.format(1,2,3)
'{:{}}'.format(1,5)
'{0'.format(1)
'{0:'.format(1)
'{:{'.format(1)
'{}'.format_map({})
'{a}'.format_map({'a':1})
'{{}}'.format()
'{0.real}'.format(1)
'{99999999999999999999}'.format(1)
'{-1}'.format(1)
'{a!r:>5}'.format(a='b')
'%d'%'a'
'%x'%1.5
'%d'%1.9
'%c'%'ab'
'%c'%-1
'%c'%1.5
'%s %s'%(1,)
'%s'%(1,2)
'%(a)s'%1
'%(a'%{}
'%'%()
'%y'%1
'%*d'%('a',1)
'%.*f'%(2,1.234)
'%5.2f|%-5d|%+d|% d|%05d|%#x|%#o'%(1.234,5,6,7,8,9,10)
'%r %a %%'%('é','é')
'%(a)s %(b)d'%{'a':1,'b':2}
'abc'%()
'abc'%1
'abc'%[]
'%i %u %e %g %G %F'%(1,2,3.0,4e20,5e20,float('inf'))
'%s'%b'a'
'%.3d'%5, '%#.3x'%5, '%-+5d|'%3, '%+.2e'%12345.678
'%x'%-255, '%o'%-8,'%X'%255,'%#X'%255
'%f'%'a'
'%.2s'%'abc', '%5s|%-5s|'%('a','b')
'%99999999999999999999d'%1
b'%s'%'a'
b'%b %a %c %d'%(b'x','é',65,3)
b'%c'%256
b'%c'%b'ab'
b'%s'%1
'%s'%'\ud800'
'{:>{w}}'.format('a',w=3)
'{0[a]}'.format({'a':5}),'{0[1]}'.format([1,2])
'a'.format(*[1])
f'{1:>+5}',f'{"a":^5}',f'{1.5:%}',f'{123456789:_b}',f'{255:#06x}',f'{5:c}'
format(10**30,','),format(1234.5,',.2f'),format(-5,'=+5'),format(3,'*^9')
format(1.0,'.0f'),format(1.0,'#.0f'),format(123.456,'g'),format(1e-7,'g'),format(1.0,'g'),format(1.0,'#g')
format(5,'f'),format(5,'%'),format(5,'e'),format(10**400,'f')
format(10**400,'e')
format(1,'1000000000000000000000')
'{:c}'.format(0x110000)
'{:s}'.format(None)
format(None,'s')
format(1,'ä')
format(1,'\x01')
'''.strip().split('\n'):
    show(expression)
