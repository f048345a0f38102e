/// The system's random bits.
///
/// Not `SystemRandomNumberGenerator` itself: that has no bytes, so the address at which it is lent (`inout`) is any
/// number, and the thread sanitizer takes two tasks that happen on the same one for a race. This has one byte.
public struct SystemRandom: RandomNumberGenerator, Sendable {
    private var system = SystemRandomNumberGenerator()
    private var place: UInt8 = 0

    public init() {}

    public mutating func next() -> UInt64 { system.next() }
}
