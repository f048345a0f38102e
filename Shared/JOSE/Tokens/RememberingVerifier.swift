internal import Reactor

/// A verifier that checks a token's signature once and then remembers what the token means, until the token ends or its
/// key goes. From any thread.
///
/// A signature's check takes some 80 µs, a look into the memory about one. Only what was accepted is remembered: a
/// refused token is checked each time, so that nobody can fill the memory with forgeries.
public final class RememberingVerifier<Value: Sendable>: Sendable {
    private struct State {
        var verifier: TokenVerifier
        var edition = 0
        var memory: TokenMemory<Value>
    }

    private let state: Lock<State>
    private let tokenBytesMax: Int
    private let reading: @Sendable (VerifiedToken) throws(TokenRefusal) -> Value

    /// - Parameters:
    ///   - generationTokensMax: twice as many tokens are remembered at the most.
    ///   - reading: what a good token means to its reader; what it throws refuses the token.
    public init(
        keys: JWKS, rules: TokenRules, generationTokensMax: Int,
        reading: @escaping @Sendable (VerifiedToken) throws(TokenRefusal) -> Value
    ) {
        tokenBytesMax = rules.bytesMax
        self.reading = reading
        state = Lock(
            State(
                verifier: TokenVerifier(keys: keys, rules: rules),
                memory: TokenMemory(generationMax: generationTokensMax)))
    }

    /// How often the keys were replaced: who was refused may try again if this has risen since.
    public var edition: Int { state.withLock { $0.edition } }

    /// Tokens remembered at the moment.
    public var count: Int { state.withLock { $0.memory.count } }

    public func value(of token: String, nowSeconds: Int64) throws(TokenRefusal) -> Value {
        guard token.utf8.count <= tokenBytesMax else { throw .tooLong }
        let digest = TokenDigest(token)
        let (known, verifier, edition) = state.withLock { state in
            (state.memory.value(of: digest, nowSeconds: nowSeconds), state.verifier, state.edition)
        }
        if let known { return known }
        let verified = try verifier.verify(token, nowSeconds: nowSeconds)
        let value = try reading(verified)
        state.withLock { state in
            // Verified by keys that were replaced meanwhile: good for this once, and not to be remembered.
            guard state.edition == edition else { return }
            state.memory.keep(
                .init(value: value, keyID: verified.keyID, validSeconds: verified.validSeconds), of: digest)
        }
        return value
    }

    /// Takes a new key set. Tokens of the keys that stay are remembered; what a key signed that has gone, or whose name
    /// another key now has, is forgotten.
    public func replace(keys: JWKS) {
        state.withLock { state in
            let before = state.verifier.keys
            let staying = keys.keyIDs.filter { keys[$0]?.thumbprint == before[$0]?.thumbprint }
            state.memory.keepOnly(signedBy: Set(staying))
            state.verifier = TokenVerifier(keys: keys, rules: state.verifier.rules)
            state.edition += 1
        }
    }
}
