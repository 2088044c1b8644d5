"""What runtimes print when something fails: one text for each form."""

PYTHON_CHAIN = """Traceback (most recent call last):
  File "/srv/shop/cache.py", line 9, in get
    return self.values[key]
KeyError: 'tariff'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in <module>
    tariff = cache.get("tariff")
  File "/srv/shop/cache.py", line 11, in get
    raise LookupFailed("no tariff for region 9") from None
shop.cache.LookupFailed: no tariff for region 9"""

PYTHON_ANSWER = """Traceback (most recent call last):
  File "/srv/shop/store.py", line 31, in save
    blob.upload(data)
shop.api.Forbidden: 403 POST https://a.example/b/media/o: {
  "error": {
    "code": 403,
    "message": "The account lacks \\"create\\" on bucket media",
    "errors": [
      {
        "message": "forbidden",
        "domain": "global"
      }
    ]
  }
}"""

JAVA_ANSWER = """Exception in thread "main" shop.api.client.ResponseException: 403 Forbidden
POST https://a.example/b/media/o
{
  "code" : 403,
  "errors" : [ {
    "domain" : "global",
    "message" : "The account lacks create on bucket media"
  } ]
}
	at shop.api.client.ResponseException.from(ResponseException.java:118)
	at shop.Store.save(Store.java:41)"""

DOTNET_ANSWER = """Unhandled exception. Shop.Api.ApiException: The service has thrown an exception.
 ---> Shop.Api.Requests.RequestError
The bucket does not exist. [404]
Errors [
	Message[The bucket does not exist.] Location[ - ] Reason[notFound] Domain[global]
]

   at Shop.Api.Requests.Request.Parse(Response response)
   at Shop.Program.Main() in /src/Program.cs:line 12"""

DOTNET_NAMES = """Unhandled exception. Shop.Api.ApiException: Shop.Api.Requests.RequestError
The bucket does not exist. [404]
Errors [
	Message[The bucket does not exist.] Location[ - ] Reason[notFound] Domain[global]
]

   at Shop.Api.Requests.Request.Parse(Response response)
   at Shop.Program.Main() in /src/Program.cs:line 12"""

PYTHON_GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/main.py", line 4, in <module>
  |     run()
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/shop/pool.py", line 2, in connect
    |     raise ConnectionError("pool is closed")
    | ConnectionError: pool is closed
    +------------------------------------"""

PYTHON_CUSTOM = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in <module>
    price()
shop.pricing.TariffGone
"""

NODE_UNCAUGHT = """/srv/shop/index.js:7
  throw new Error('no tariff')
  ^

Error: no tariff
    at Object.<anonymous> (/srv/shop/index.js:7:9)
    at node:internal/main/run_main_module:28:49

Node.js v22.3.0"""

NODE_CAUSE = """Error: could not price the order
    at price (/srv/shop/price.js:3:9) {
  [cause]: TypeError: fetch failed
      at node:internal/deps/undici/undici:13178:13 {
    [cause]: Error: connect ECONNREFUSED 10.9.8.7:6543
        at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16) {
      errno: -111,
      code: 'ECONNREFUSED'
    }
  }
}"""

AXIOS = """AxiosError: Request failed with status code 401
    at settle (/srv/shop/node_modules/axios/lib/core/settle.js:19:12)
    at async price (/srv/shop/price.js:3:9) {
  code: 'ERR_BAD_REQUEST',
  config: {
    method: 'get',
    url: 'https://api.example.com/v1/prices?key=1',
    data: '{"message":"asked"}'
  },
  response: {
    status: 401,
    headers: Object [AxiosHeaders] {
      'content-type': 'application/json'
    },
    data: { error: 'invalid_client', message: 'The token was revoked' }
  },
  status: 401
}"""

PINO_CAUSE = """TypeError: fetch failed
    at node:internal/deps/undici/undici:13510:13
    at async price (/srv/shop/price.js:3:9)
caused by: HeadersOverflowError: Headers Overflow Error
    at Parser.trackHeader (node:internal/deps/undici/undici:5866:37)"""

NODE_MODULE = """node:internal/modules/cjs/loader:1148
  throw err;
  ^

Error: Cannot find module 'left-padding'
Require stack:
- /srv/shop/index.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/srv/shop/index.js' ]
}"""

NODE_REJECTION = """node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "tariff".] {
  code: 'ERR_UNHANDLED_REJECTION'
}"""

NODE_AGGREGATE = """AggregateError [ECONNREFUSED]:
    at internalConnectMultiple (node:net:1122:18)
    at afterConnectMultiple (node:net:1689:7) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:6543
        at createConnectionError (node:net:1652:14)
  ]
}"""

JAVA_CHAIN = """Exception in thread "main" org.example.StartupException: context failed
\tat org.example.Main.main(Main.java:9)
Caused by: org.example.TariffException: no tariff
\tat org.example.Tariffs.load(Tariffs.java:5)
\t... 12 more
Caused by: java.net.UnknownHostException: tariffs.internal.example
\tat java.base/java.net.InetAddress.getByName(InetAddress.java:1)
\t... 14 more"""

JAVA_SUPPRESSED = """org.example.TariffException: no tariff
\tat org.example.Tariffs.load(Tariffs.java:5)
\tSuppressed: java.io.IOException: close failed
\t\tat org.example.Tariffs.close(Tariffs.java:8)
\t\t... 1 more
\tSuppressed: java.io.IOException: flush failed
\t\tCaused by: java.lang.Error: disk
\t\tat org.example.Tariffs.flush(Tariffs.java:9)"""

JAVA_SUPPRESSED_CAUSE = """org.example.TariffException: no tariff
\tat org.example.Tariffs.load(Tariffs.java:5)
\tSuppressed: java.io.IOException: close failed
\t\tat org.example.Tariffs.close(Tariffs.java:8)
\tCaused by: java.io.IOException: disk of a suppressed one
\t\t... 1 more
Caused by: java.lang.IllegalStateException: region 9 is unknown
\tat org.example.Regions.find(Regions.java:3)
\t... 3 more"""

KOTLIN = """Exception in thread "main" kotlin.UninitializedPropertyAccessException: lateinit property tariff has not been initialized
\tat org.example.MainKt.main(Main.kt:4)"""

SPRING = """
***************************
APPLICATION FAILED TO START
***************************

Description:

Parameter 0 of constructor in org.example.Shop required a bean of type 'org.example.Tariffs' that could not be found.

Action:

Consider defining a bean of type 'org.example.Tariffs' in your configuration."""

NODE_EMPTY_MESSAGE = """TariffClientError:
Invalid `tariffs.find()` invocation:


The table `public.Tariff` does not exist in the current database.
    at Client.handle (/srv/shop/node_modules/tariffs/index.js:9:7)
    at async price (/srv/shop/price.js:3:9)"""

JAVA_LIST = """2031-04-05 06:00:02,114 ERROR [org.example.Main] (main) Failed to start: java.lang.RuntimeException: no start
\tat org.example.Main.main(Main.java:9)
Caused by: org.example.ValidationException: Validation failed:
\tThe property shop.tariffs is required but it could not be found
\tat org.example.Validator.check(Validator.java:5)
\t... 11 more"""

RUST_CAUSES = """Error: cannot read the configuration

Caused by:
    0: the tariffs are not valid
    1: missing field `region`"""

RUST_ONE_CAUSE = """Error: cannot read the configuration

Caused by:
    missing field `region`"""

RUBY_CAUSED_BY = """Shop::Tariffs::InvalidTable: Shop::Tariffs::InvalidTable (Shop::Tariffs::InvalidTable)
/srv/shop/config/environment.rb:5:in `<main>'

Caused by:
OpenSSL::Cipher::CipherError: bad decrypt (OpenSSL::Cipher::CipherError)
/srv/shop/config/environment.rb:5:in `<main>'"""

ZIG_PANIC = """panic(main thread): Segmentation fault at address 0x98
"""

GO_PANIC = """panic: tariff is nil

goroutine 1 [running]:
main.main()
\t/srv/shop/main.go:9 +0x1d
exit status 2"""

GO_REPANIC = """panic: no tariff [recovered]
\tpanic: no tariff for region 9

goroutine 1 [running]:
main.main.func1()
\t/srv/shop/main.go:9 +0x1d"""

GO_SEGV = """panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48a1f0]

goroutine 1 [running]:
main.price(...)
\t/srv/shop/main.go:9"""

GO_FATAL = """fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
\t/srv/shop/main.go:9 +0x1d"""

GO_NATIVE = """SIGSEGV: segmentation violation
PC=0x7f01 m=0 sigcode=1 addr=0x0
signal arrived during cgo execution

goroutine 1 [syscall]:
runtime.cgocall(0x4, 0xc0)
\t/usr/local/go/src/runtime/cgocall.go:157 +0x4b"""

RUBY = """/srv/shop/lib/tariffs.rb:9:in `load': no tariff for region 9 (Shop::TariffGone)
\tfrom /srv/shop/config.ru:3:in `block in <main>'
\tfrom /usr/local/bundle/gems/rack-3.0/lib/rack/builder.rb:103:in `eval'"""

RUBY_NEW = """/srv/shop/lib/tariffs.rb:9:in 'Shop::Tariffs#load': no tariff for region 9 (Shop::TariffGone)
\tfrom /srv/shop/config.ru:3:in 'block in <main>'"""

DOTNET = """Unhandled exception. Shop.StartupException: could not start
 ---> Shop.Tariffs.TariffException: no tariff for region 9
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at Shop.Tariffs.Client.Open(String host) in /src/Client.cs:line 9
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 4"""

DOTNET_PLAIN = """Unhandled exception. System.InvalidOperationException: Your default tariff was not found.
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 4"""

DOTNET_BLOCK = """fail: Shop.Orders[0]
      Order could not be priced
      Shop.Tariffs.TariffException: no tariff for region 9
         at Shop.Orders.Price() in /src/Orders.cs:line 9"""

DOTNET_TWO_LINES = """crit: Shop.Startup[6]
      The tariff store is not configured"""

PHP = """PHP Fatal error:  Uncaught Shop\\TariffGone: no tariff for region 9 in /srv/shop/price.php:9
Stack trace:
#0 /srv/shop/index.php(4): price()
#1 {main}
  thrown in /srv/shop/price.php on line 9"""

DART = """Unhandled exception:
Bad state: no tariff for region 9
#0      main (file:///srv/shop/bin/server.dart:4:3)
#1      _delayEntrypointInvocation (dart:isolate-patch)"""

RUST = """thread 'main' panicked at src/main.rs:9:5:
no tariff for region 9
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"""

RUST_OLD = "thread 'main' panicked at 'no tariff for region 9', src/main.rs:9:5"

ELIXIR = """** (Mix) Could not start application shop: Shop.Application.start(:normal, []) returned an error: shutdown
    (elixir 1.16) lib/application.ex:1"""

SHELL = "/srv/start.sh: line 9: /srv/shop: Operation not permitted"

NGINX = '2031/04/05 06:07:08 [emerg] 1#1: host not found in upstream "tariffs" in /etc/nginx/nginx.conf:9'

ENVOY = "[2031-04-05 06:07:08.123][1][critical][main] [source/server/server.cc:414] error initializing configuration '/etc/envoy.yaml': no such field"

NODE_INSPECTED = """\
[tariffs] { Error: ER_DATA_TOO_LONG: Data too long for column 'name' at row 1
    at Query.Sequence._packetToError (/app/node_modules/mysql/lib/Sequence.js:47:14)
  code: 'ER_DATA_TOO_LONG', errno: 1406 }
"""
