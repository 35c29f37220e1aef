# Methods, operators and codecs of str.
def show(expression):
    try:
        print(expression, '->', repr(eval(expression)))
    except Exception as error:
        print(expression, '->', type(error).__name__, error)


for expression in r'''
type(iter('a')),type(iter('é')),type(iter(b'')),type(iter(bytearray()))
'a'+1
'a'*'b'
'a'*-1
'a'[5]
'a'[::0]
1 in 'a'
'a'.join(1)
'a'.join(['a',1])
','.join('abc')
'a'.split('')
'a'.split(1)
'a'.find(1)
'a'.index('b')
'a'.rindex('b')
'a'.replace(1,2)
'a'.replace('a','b',count=1)
'a'.startswith(1)
'a'.startswith((1,))
'a'.strip(1)
'a'.center(5,'ab')
'a'.center(5,1)
'a'.partition('')
'a'.zfill('a')
'a'.expandtabs(-1)
'a'.encode('xx')
'é'.encode('ascii')
'éa'.encode('ascii','zz')
'\ud800'.encode()
'\ud800é'.encode('ascii','backslashreplace')
'\U00010000é\u1234'.encode('latin-1','xmlcharrefreplace')
str(b'a','zz')
str(b'\xff','utf-8')
str(b'\xe2\x82','utf-8')
str(b'a\xe2\x28\xa1','utf-8')
str(b'\xf0\x90\x28\xbc','utf-8')
str(b'\xed\xa0\x80','utf-8')
str(b'\xff\xff','utf-8','replace')
str(b'\xf0\x90\x80','utf-8','replace')
str(b'\x80abc','utf-8','surrogateescape')
str(b'a',1)
str('a','utf-8')
str(1,'utf-8')
str(object=b'a',encoding='ascii')
str(1,2,3,4)
str.maketrans('a','bc')
str.maketrans({'ab':1})
str.maketrans(1)
str.maketrans('ab','cd','e')
'abc'.translate({97:'x',98:None,99:0x1F600})
'abc'.translate([1])
'abc'.translate({97:[]})
'abc'.translate({97:-1})
'a'.count('a',0,1),'aaa'.count(''),'aaa'.count('',4)
'a'.removeprefix(1)
'aXbXc'.rsplit('X',1),' a  b '.split(),' a b c '.split(None,1),' a b c '.rsplit(None,1)
'a\nb\r\nc\x0bd\u2028e'.splitlines(),'a\nb'.splitlines(True)
'ß'.upper(),'ǆ'.title(),'ΑΣ'.lower(),'Σ'.lower(),'ﬁ'.capitalize(),'İ'.lower(),'ß'.casefold(),"they're".title(),'ǅ'.swapcase()
repr('\x00\x7f\xad\u0378\U000e0001\ud800\'"'),repr("'"),repr('"\'')
'abc'.isidentifier(),'1a'.isidentifier(),''.isidentifier(),'é'.isidentifier()
'a'<1
'abc'.__getnewargs__()
chr(-1)
'a'.splitlines(keepends=1)
'a'.split(sep='x',maxsplit=1)
'a'.expandtabs(tabsize=3),'a\tb'.expandtabs(4)
'a b'.istitle(),'A B'.istitle(),'Ab Cd'.istitle()
"abc"[1:2],"abcdef"[::-2],"abc"[10:],"abc"[-2:]
'é'+'\u1234'+'\U00010000'
'''.strip().split('\n'):
    show(expression)
