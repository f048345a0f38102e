import JOSE
import Testing

/// A header or claims that an honest issuer never signs, properly signed with the issuer's own key.
struct Forgery: Sendable, CustomTestStringConvertible {
    let what: String
    var header = TokenWorld.header
    var claims = TokenWorld.claims
    let refusal: TokenRefusal

    var testDescription: String { what }

    static func header(_ what: String, _ old: String, _ new: String, _ refusal: TokenRefusal) -> Forgery {
        Forgery(what: what, header: TokenWorld.header.swapping(old, new), refusal: refusal)
    }

    static func claims(_ what: String, _ old: String, _ new: String, _ refusal: TokenRefusal) -> Forgery {
        Forgery(what: what, claims: TokenWorld.claims.swapping(old, new), refusal: refusal)
    }

    static let headers: [Forgery] = [
        header("algorithm none", "ES256", "none", .algorithmNotAllowed),
        header("algorithm None", "ES256", "None", .algorithmNotAllowed),
        header("algorithm in lower case", "ES256", "es256", .algorithmNotAllowed),
        header("algorithm with a blank", "ES256", "ES256 ", .algorithmNotAllowed),
        header("the curve's name as algorithm", "ES256", "Ed448", .algorithmNotAllowed),
        header("another curve's algorithm", "ES256", "ES384", .algorithmNotAllowed),
        header("a bitcoin curve's algorithm", "ES256", "ES256K", .algorithmNotAllowed),
        header("an RSA algorithm", "ES256", "RS256", .algorithmNotAllowed),
        header("a symmetric algorithm", "ES256", "HS256", .algorithmNotAllowed),
        header("no algorithm", #""alg":"ES256","#, "", .algorithmNotAllowed),
        header("an algorithm that is no text", #""ES256""#, "256", .algorithmNotAllowed),
        header("no type", #""typ":"at+jwt","#, "", .wrongType),
        header("the type of another purpose", "at+jwt", "stream+jwt", .wrongType),
        header("the type of any token", "at+jwt", "JWT", .wrongType),
        header("a type that begins like ours", "at+jwt", "at+jwt2", .wrongType),
        header("no key id", #","kid":"key-1""#, "", .unknownKey),
        header("an unknown key id", "key-1", "key-3", .unknownKey),
        header("a key id in other letters", "key-1", "KEY-1", .unknownKey),
        header("a key id with a blank behind it", "key-1", "key-1 ", .unknownKey),
        header("an empty key id", "key-1", "", .unknownKey),
        header("a key id that is a path", "key-1", "../../dev/null", .unknownKey),
        header("a key id that is no text", #""key-1""#, "1", .unknownKey),
        header(
            "two key ids", #""kid":"#, #""kid":"key-1","kid":"#,
            .malformed("the header is not strict JSON (duplicateKey)")),
        header(
            "two key ids, one escaped", #""kid":"#, #""k\u0069d":"key-1","kid":"#,
            .malformed("the header is not strict JSON (duplicateKey)")),
        header("a critical extension", #""alg""#, #""crit":["exp"],"exp":1,"alg""#, .unexpectedHeader("crit")),
        header("a key set address", #""alg""#, #""jku":"https://evil.example/keys","alg""#, .unexpectedHeader("jku")),
        header("a key of its own", #""alg""#, #""jwk":{"kty":"EC"},"alg""#, .unexpectedHeader("jwk")),
        header("a certificate's address", #""alg""#, #""x5u":"https://evil.example","alg""#, .unexpectedHeader("x5u")),
        header("a certificate chain", #""alg""#, #""x5c":["MII"],"alg""#, .unexpectedHeader("x5c")),
        header("an unencoded payload", #""alg""#, #""b64":false,"alg""#, .unexpectedHeader("b64")),
        header("a compressed payload", #""alg""#, #""zip":"DEF","alg""#, .unexpectedHeader("zip")),
        header("a token in the token", #""alg""#, #""cty":"JWT","alg""#, .unexpectedHeader("cty")),
        header(
            "two algorithms", #""alg""#, #""alg":"none","alg""#,
            .malformed("the header is not strict JSON (duplicateKey)")),
        header(
            "U+0000 in the key id", "key-1", #"key-1\u0000"#, .malformed("the header is not strict JSON (nulCharacter)")
        ),
        header(
            "half a character in the key id", "key-1", #"\udfff"#,
            .malformed("the header is not strict JSON (loneSurrogate)")),
        header("a byte order mark", "{", "\u{FEFF}{", .malformed("the header is not strict JSON (syntax)")),
        header("a comment", "{", "/**/{", .malformed("the header is not strict JSON (syntax)")),
        header(
            "a header too deep", #""alg""#, #""x":[[[[[[[[[[1]]]]]]]]]],"alg""#,
            .malformed("the header is not strict JSON (tooDeep)")),
        header("a forbidden header of null", #""alg""#, #""jku":null,"alg""#, .unexpectedHeader("jku")),
        Forgery(
            what: "a header behind the header", header: TokenWorld.header + "{}",
            refusal: .malformed("the header is not strict JSON (syntax)")),
        Forgery(what: "a header that is an array", header: "[]", refusal: .malformed("the header is not an object")),
        Forgery(
            what: "an empty header", header: "", refusal: .malformed("the header is not strict JSON (unexpectedEnd)")),
    ]

    static let claims: [Forgery] = [
        claims("no issuer", #""iss":"https://id.example","#, "", .missingClaim("iss")),
        claims("another issuer", "id.example", "id.evil.example", .wrongIssuer),
        claims("an issuer that begins like ours", "id.example", "id.example/", .wrongIssuer),
        claims(
            "an issuer that is an array", #""https://id.example""#, #"["https://id.example"]"#, .malformedClaim("iss")),
        claims("an issuer of null", #""https://id.example""#, "null", .malformedClaim("iss")),
        claims("an empty issuer", "https://id.example", "", .malformedClaim("iss")),
        claims("an issuer in capitals", "id.example", "ID.example", .wrongIssuer),
        claims(
            "an issuer cut by U+0000", "id.example", #"id.example\u0000.evil"#,
            .malformed("the payload is not strict JSON (nulCharacter)")),
        claims("an audience of null", #""filmclub""#, "null", .malformedClaim("aud")),
        claims("an audience in an array in an array", #""filmclub""#, #"[["filmclub"]]"#, .malformedClaim("aud")),
        claims("an audience that begins like ours", "filmclub", "filmclub2", .wrongAudience),
        claims("an audience in capitals", "filmclub", "FilmClub", .wrongAudience),
        claims("an empty audience", "filmclub", "", .wrongAudience),
        claims("no audience", #""aud":"filmclub","#, "", .missingClaim("aud")),
        claims("another audience", "filmclub", "other", .wrongAudience),
        claims("other audiences", #""filmclub""#, #"["a","b"]"#, .wrongAudience),
        claims("no one as audience", #""filmclub""#, "[]", .wrongAudience),
        claims("an audience among numbers", #""filmclub""#, #"["filmclub",1]"#, .malformedClaim("aud")),
        claims("an audience that is an object", #""filmclub""#, #"{"filmclub":true}"#, .malformedClaim("aud")),
        claims("no expiry", #","exp":1790000300"#, "", .missingClaim("exp")),
        claims("an expiry of null", "1790000300", "null", .malformedClaim("exp")),
        claims("expired by more than the leeway", "1790000300", "1789999940", .expired),
        claims("an expiry that is text", "1790000300", #""1790000300""#, .malformedClaim("exp")),
        claims("a negative expiry", "1790000300", "-1", .malformedClaim("exp")),
        claims("an expiry whose leeway overflows", "1790000300", "9223372036854775807", .malformedClaim("exp")),
        claims("an expiry beyond every integer", "1790000300", "1e300", .malformedClaim("exp")),
        claims(
            "an expiry beyond every number", "1790000300", "1e400",
            .malformed("the payload is not strict JSON (numberOutOfRange)")),
        claims(
            "an expiry one beyond Int64", "1790000300", "9223372036854775808",
            .malformed("the payload is not strict JSON (numberOutOfRange)")),
        claims(
            "an expiry of a hundred digits", "1790000300", String(repeating: "9", count: 100),
            .malformed("the payload is not strict JSON (numberOutOfRange)")),
        claims("an expiry in the year 10000", "1790000300", "253402300800", .malformedClaim("exp")),
        claims("an expiry at the least integer", "1790000300", "-9223372036854775808", .malformedClaim("exp")),
        claims("an expiry with a fraction, past", "1790000300", "1789999939.9", .expired),
        claims("an expiry of less than nothing", "1790000300", "-0.5", .malformedClaim("exp")),
        claims("an expiry of nought", "1790000300", "0", .expired),
        claims("an expiry of true", "1790000300", "true", .malformedClaim("exp")),
        claims("an expiry in an array", "1790000300", "[1790000300]", .malformedClaim("exp")),
        claims(
            "an expiry written in octal", "1790000300", "01790000300",
            .malformed("the payload is not strict JSON (syntax)")),
        claims("an expiry of NaN", "1790000300", "NaN", .malformed("the payload is not strict JSON (syntax)")),
        claims(
            "two expiries", #","exp":1790000300"#, #","exp":1790000300,"exp":1890000300"#,
            .malformed("the payload is not strict JSON (duplicateKey)")),
        claims("a beginning that is text", #""nbf":1789999990"#, #""nbf":"1""#, .malformedClaim("nbf")),
        claims("a beginning of null", #""nbf":1789999990"#, #""nbf":null"#, .malformedClaim("nbf")),
        claims("a beginning beyond every date", #""nbf":1789999990"#, #""nbf":1e18"#, .malformedClaim("nbf")),
        claims("a beginning half a second too late", #""nbf":1789999990"#, #""nbf":1790000060.5"#, .notYetValid),
        claims("an issue date that is text", #""iat":1789999990"#, #""iat":"1""#, .malformedClaim("iat")),
        claims("a negative issue date", #""iat":1789999990"#, #""iat":-1"#, .malformedClaim("iat")),
        claims("not yet valid", #""nbf":1789999990"#, #""nbf":1790000061"#, .notYetValid),
        claims(
            "not valid before an overflow", #""nbf":1789999990"#, #""nbf":-9223372036854775808"#, .malformedClaim("nbf")
        ),
        claims("issued in the future", #""iat":1789999990"#, #""iat":1790000061"#, .notYetValid),
        claims("issued after its end", #""exp":1790000300"#, #""exp":1789999989"#, .malformedClaim("iat")),
        Forgery(
            what: "valid only after its end",
            claims: #"{"iss":"https://id.example","aud":"filmclub","nbf":1789999999,"exp":1789999998}"#,
            refusal: .malformedClaim("nbf")),
        claims("a subject that is no text", #""p-1""#, "1", .malformedClaim("sub")),
        claims("an empty subject", #""p-1""#, #""""#, .malformedClaim("sub")),
        claims(
            "a claim said twice", #""sub""#, #""aud":"filmclub","sub""#,
            .malformed("the payload is not strict JSON (duplicateKey)")),
        claims("U+0000 in a claim", "p-1", #"p\u0000"#, .malformed("the payload is not strict JSON (nulCharacter)")),
        claims("half a character", "p-1", #"p\ud800"#, .malformed("the payload is not strict JSON (loneSurrogate)")),
        Forgery(
            what: "claims that are text", claims: #""claims""#, refusal: .malformed("the payload is not an object")),
        Forgery(
            what: "claims too deep", claims: String(repeating: "[", count: 2000),
            refusal: .malformed("the payload is not strict JSON (tooDeep)")),
        Forgery(
            what: "more than 4 KiB", claims: #"{"x":""# + String(repeating: "x", count: 3072) + #""}"#,
            refusal: .tooLong),
    ]
}
