# Character properties and case mappings of Unicode 16, as one number for every 64 code points.
def check(c):
    bits=0
    for t in (c.isalpha(),c.isdecimal(),c.isdigit(),c.isnumeric(),c.isalnum(),c.isspace(),c.islower(),c.isupper(),c.istitle(),c.isprintable(),c.isidentifier(),('a'+c).isidentifier()):
        bits=bits*2+t
    v=bits
    for s in (c.upper(),c.lower(),c.title(),c.casefold(),c.swapcase(),c.capitalize(),('a'+c).title(), ('aΣ'+c).lower(), (c+'Σ').lower(), repr(c)):
        for ch in s: v=(v*31+ord(ch))%1000003
        v=v*7+1
    return v%1000003
def run(lo,hi):
    i=lo
    while i<hi:
        j=i
        t=0
        while j<i+64:
            if not (0xd800<=j<0xe000):
                t=(t*131+check(chr(j)))%1000003
            j+=1
        print(hex(i),t)
        i+=64
for low, high in ((0, 0x2200), (0xa640, 0xa800), (0xfb00, 0xfc00), (0x10400, 0x10600), (0x1d400, 0x1d500), (0x1e900, 0x1e980)):
    run(low, high)
# zeal: 900
