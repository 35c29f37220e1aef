# Positions: decorators, semicolons, parentheses, continued lines, tabs, non-ASCII text.
@ décorateur
@(
    autre
)
class Classe (Mère , clé = "é") : attribut = "ü" ; autre = 1 ;
def f ( a , b = ( 1 ) , * c , d : "é" = 2 , ** e ) -> ( "ö" ) : return ( a ) ;
if a :
	x = 1
	if b :	y = 2 ; z = 3 ;
else :
	pass ;
x = (  a  ) + \
    ( b )
x = f ( ( a for b in c ) )
x = f ( a for b in c )
x = f ( a ,
        b
      ) . c [
    d
] ( )
( x ) = ( y )
( x . y ) = ( ( z ) )
for ( x ) in ( y ) , : pass ;
with ( a ) as ( b ) : pass
with ( a , b ) as c : pass
import a  .  b as c , d
from .  . a import ( b  as  c , )
x = [ a
      for b in c
      if d ]
x = """é
ü""" "ö" ; y = 1
lambda  a , b = 1 , * , c : ( a )
print ( * a , ** b , c = ( d ) )
x = a if ( b ) else ( c )
x = not  a ; y = - b ; z = await_ ( c )
try : a
except ( B ) as c : d ;
finally : e ;
x [ a : b , : : c , ( d ) : ]
𝐱 = ªº = 1
ﬁ = 1
print(𝐱, ﬁ)
if a:
    if b:
        c
    # comment
    elif d: e
  # odd comment
else: f
def last(): return (
    1
)
