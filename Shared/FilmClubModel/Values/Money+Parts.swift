extension Money {
    /// The amount divided over `count` places: the shares add up to it exactly, and the first ones carry the rest.
    public func shares(_ count: Int) -> [Money] {
        guard count > 0 else { return [] }
        let (share, rest) = minorUnits.quotientAndRemainder(dividingBy: Int64(count))
        return (0..<count).map { place in
            Money(minorUnits: share + (UInt64(place) < rest.magnitude ? rest.signum() : 0), currency: currency)
        }
    }

    /// So many hundredths of a percent of it, to the nearest minor unit, half a unit away from zero. At most all of it,
    /// so it never overflows.
    public func part(basisPoints: Int) -> Money {
        precondition(TaxRate.basisPointsRange.contains(basisPoints), "a part is at most the whole")
        let whole = UInt64(TaxRate.basisPointsRange.upperBound)
        var product = minorUnits.magnitude.multipliedFullWidth(by: UInt64(basisPoints))
        let (low, carries) = product.low.addingReportingOverflow(whole / 2)
        product = (product.high + (carries ? 1 : 0), low)
        // Wrapping, for Int64 has no magnitude of its least number.
        let part = Int64(truncatingIfNeeded: whole.dividingFullWidth(product).quotient)
        return Money(minorUnits: minorUnits < 0 ? 0 &- part : part, currency: currency)
    }
}
