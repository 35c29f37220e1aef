# Methods, operators and codecs of bytes and bytearray.
def show(expression):
    try:
        print(expression, '->', repr(eval(expression)))
    except Exception as error:
        print(expression, '->', type(error).__name__, error)


for expression in r'''
bytes(3),bytes([1,2]),bytes(b'a'),bytes('é','utf-8'),bytes(),bytes(bytearray(b'x'))
bytes('a')
bytes(1,'utf-8')
bytes(b'a','utf-8')
bytes(-1)
bytes([256])
bytes([-1])
bytes(['a'])
bytes(1.5)
bytes({1,2})
bytes(encoding='a')
bytes(errors='a')
bytes('a',errors='strict')
bytes(source=b'abc')
bytes(1,2,3,4)
bytearray(3),bytearray([1,2]),bytearray(b'a'),bytearray('é','utf-8'),bytearray()
bytearray('a')
bytearray(-1)
bytearray([256])
bytearray(1.5)
b'abc'[0],b'abc'[1:],b'abc'[::-1],b'abc'[5:]
b'abc'[5]
bytearray(b'abc')[5]
bytearray(b'abc')['a']
b'a'+b'b',b'a'+bytearray(b'b'),bytearray(b'a')+b'b'
b'a'+'b'
b'a'+1
bytearray()+1
b'ab'*3,3*b'ab',b'ab'*0
b'a' in b'abc',97 in b'abc',b'' in b''
'a' in b'abc'
256 in b'abc'
None in b'a'
b'a'==bytearray(b'a'),b'a'<b'b',b'a'!='a'
b'a'<'b'
hash(b'a')==hash(b'a')
hash(bytearray())
repr(b'a\'b'),repr(b'a"\'b'),repr(b'\x00\xff\t\n\r\\'),repr(bytearray(b'a\'b'))
b'a,b,c'.split(b','),b' a b '.split(),b'a,b,c'.rsplit(b',',1),b'a\nb\r\nc\rd'.splitlines()
b'a'.split(',')
b'a'.split(b'')
b'abc'.find(b'c'),b'abc'.find(99),b'abc'.rfind(b'z'),b'abc'.index(b'b')
b'abc'.index(b'z')
b'abc'.find('a')
b'abc'.find(256)
b'abcabc'.count(b'bc'),b'abc'.count(b''),b'aaa'.count(97,1)
b'abc'.startswith(b'a'),b'abc'.endswith((b'x',b'c'))
b'abc'.startswith('a')
b'abc'.startswith(('a',))
b'abc'.replace(b'b',b'xx'),b'aaa'.replace(b'a',b'b',2),b'abc'.replace(b'',b'-')
b'abc'.replace('a',b'')
b'-'.join([b'a',bytearray(b'b')])
b'-'.join(['a'])
b'-'.join(1)
bytearray(b'-').join([b'a',b'b'])
b' a '.strip(),b'xax'.strip(b'x'),b'xax'.lstrip(b'x'),b'xax'.rstrip(b'x')
b'a'.strip('a')
b'abc'.center(7,b'*'),b'abc'.ljust(5),b'abc'.rjust(5,b'.'),b'-5'.zfill(5)
b'a'.center(5,'x')
b'a'.center(5,b'xy')
b'abc'.partition(b'b'),b'abc'.rpartition(b'z')
b'a'.partition('b')
b'aBc'.upper(),b'aBc'.lower(),b'aBc'.swapcase(),b'aBc dE'.title(),b'aBc'.capitalize()
b'abc'.isalpha(),b'12'.isdigit(),b'a1'.isalnum(),b' \t'.isspace(),b'Ab'.istitle(),b'AB'.isupper(),b'ab'.islower(),b''.isascii()
b'abc'.hex(),b'abcde'.hex(':'),b'abcde'.hex('-',2),b'abcde'.hex('-',-2)
b'a'.hex('ab')
b'a'.hex(1)
b'a'.hex('é')
bytes.fromhex('61 62'),bytearray.fromhex('6162'),bytes.fromhex(b'61')
bytes.fromhex('6')
bytes.fromhex('6g')
bytes.fromhex('é')
bytes.fromhex(1)
b'abc'.translate(bytes.maketrans(b'a',b'b')),b'abc'.translate(None,b'b')
b'abc'.translate(b'a')
b'abc'.translate(1)
bytes.maketrans(b'a',b'bc')
b'abc'.decode(),b'\xe9'.decode('latin-1'),b'\xff\xfea\0'.decode('utf-16'),b'a\0\0\0'.decode('utf-32-le')
b'\xff'.decode()
b'\xff'.decode('ascii')
b'a'.decode('utf-16')
b'\x00\xd8'.decode('utf-16-le')
b'\x00\xdc'.decode('utf-16-le')
b'\x00\xd8a\0'.decode('utf-16-le')
b'a\0'.decode('utf-32')
b'\xff'.decode('utf-8','xx')
b'\xffa'.decode('utf-8','backslashreplace'),b'\xffa'.decode('utf-8','ignore')
b'\xed\xa0\x80'.decode('utf-8','surrogatepass')
b'a'.decode(1)
'a\u1234\U00010000'.encode('utf-16'),'a'.encode('utf-16-be'),'a'.encode('utf-32'),'é'.encode('utf-8-sig')
'\ud800'.encode('utf-8','surrogatepass'),'\udc80'.encode('utf-8','surrogateescape'),'\ud800'.encode('utf-16-le','surrogatepass')
'é'.encode('ascii','namereplace'),'é'.encode('ascii','replace'),'é'.encode('ascii','ignore')
b'abc'.removeprefix(b'a'),b'abc'.removesuffix(b'c')
b'a\tb'.expandtabs(4)
b'%d %s'%(1,b'a'),bytearray(b'%d')%1
b'%(a)s'%{b'a':b'x'}
b'%s'%1
b'%q'%1
b'%d'%'a'
b'%f'%'a'
b'a%'%()
b'%s %s'%b'a'
b'a'%b'b'
b'abc'.__getnewargs__(),b'a'.__bytes__()
iter(b'ab').__length_hint__()
list(b'abc'),list(bytearray(b'ab'))
bytearray(b'abc').pop(),bytearray(b'a').copy()
bytearray().pop()
bytearray(b'a').pop(5)
bytearray().append(256)
bytearray().append('a')
bytearray().remove(5)
bytearray().extend('a')
bytearray().extend(1)
bytearray().insert(1)
bytearray(b'a').resize(-1)
int.from_bytes(bytearray(b'ab')),int(b'12'),float(b'1.5'),int(bytearray(b'7'))
sorted([b'b',b'a']),max(b'abc')
bytes(x for x in range(3))
bytes.__new__(bytes,b'a')
b'a'.join([])
str(b'a'),str(b'a','ascii')
"%s"%bytearray(b'x')
'{}'.format(b'a')
'{:5}'.format(b'a')
b'a'.__format__('')
bytearray(b'ab').__reduce__()
bytearray(b'ab').__reduce_ex__(3)
isinstance(bytearray(),bytes)
bytes.join(b',',[b'a',b'b'])
str.upper(1)
bytes.hex('a')
str.join(',',['a'])
'abc'.__contains__('b'),'abc'.__len__(),'a'.__add__('b'),'a'.__mul__(3),'a'.__rmul__(2),'%s'.__mod__(1),'abc'.__getitem__(1),'a'.__eq__(1),'a'.__hash__()==hash('a')
'a'.__rmod__('%s')
(5).__radd__(1),(5).__bool__(),(5).__index__(),(5).__float__(),(5).__rpow__(2),(5).__format__('x')
'''.strip().split('\n'):
    show(expression)
