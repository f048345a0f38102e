/// How much of a list a page holds.
public enum ListingLimits {
    public static let itemsDefault = 25
    public static let itemsMax = 100

    /// Digits only, from 1 to `itemsMax`.
    public static func items(_ text: String) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text).flatMap { (1...itemsMax).contains($0) ? $0 : nil }
    }
}
