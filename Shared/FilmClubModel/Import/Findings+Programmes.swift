extension Findings {
    mutating func check(_ programme: Programme, at path: String) {
        for (index, rule) in programme.rules.enumerated() {
            if case .unsupported(let name) = rule {
                report(
                    "\(path).rules[\(index)].rule",
                    "There is no rule \(InvalidValue.quoted(name)); nobody could apply it.")
            }
        }
        if programme.eligibleInstitutionTypes.isEmpty {
            report("\(path).eligibleInstitutionTypes", "Name at least one type, or nobody can buy the programme.")
        }
        if programme.territories.isEmpty {
            report("\(path).territories", "Name at least one territory, or nobody can buy the programme.")
        }
        if programme.windowDays > programme.spanWeeks * 7 {
            report("\(path).windowDays", "A window of \(programme.windowDays) days is longer than the programme.")
        }
        if let extra = programme.extraFilmsMax, programme.slots + extra > Programme.slotsMax {
            report(
                "\(path).extraFilmsMax",
                "With its \(programme.slots) slots an order could have more than \(Programme.slotsMax) films.")
        }
        check(programme.priceList, slots: programme.slots, at: "\(path).priceList")
        checkLaterPriceLists(of: programme, at: "\(path).laterPriceLists")
        checkFee(of: programme, at: "\(path).cancellation.administrativeFeeMinorUnits")
    }

    // MARK: - Price lists

    private mutating func check(_ list: PriceList, slots: Int, at path: String) {
        let own = (film: list.filmMinorUnits, bundle: list.bundleMinorUnits)
        checkPrices(own, in: list.currency, slots: slots, at: path)
        var tierOf: [InstitutionType: Int] = [:]
        for (index, tier) in (list.tiers ?? []).enumerated() {
            let place = "\(path).tiers[\(index)]"
            if tier.institutionTypes.isEmpty {
                report("\(place).institutionTypes", "Name at least one type, or nobody pays by this tier.")
            }
            for type in tier.institutionTypes {
                if let earlier = tierOf.updateValue(index, forKey: type) {
                    report(
                        "\(place).institutionTypes",
                        "“\(type.rawValue)” is already in \(path).tiers[\(earlier)]: which one would it pay by?")
                }
            }
            if case .fixed(let film, let bundle) = tier.price {
                checkPrices((film, bundle), in: list.currency, slots: slots, at: place)
            }
        }
        if let from = list.validFrom, let until = list.validUntil, until <= from {
            report("\(path).validUntil", "The list ends before it begins.")
        }
    }

    /// Both prices are charged for the same films, so a bundle never costs more than its films one by one.
    private mutating func checkPrices(
        _ prices: (film: Int64, bundle: Int64), in currency: Currency, slots: Int, at path: String
    ) {
        let film = Money(minorUnits: prices.film, currency: currency)
        let bundle = Money(minorUnits: prices.bundle, currency: currency)
        guard let single = try? film.multiplied(by: Int64(slots)) else {
            return report("\(path).filmMinorUnits", "\(slots) films at this price cannot be added up.")
        }
        if bundle.minorUnits > single.minorUnits {
            report(
                "\(path).bundleMinorUnits",
                "The bundle costs \(bundle), more than its \(slots) films one by one: \(single).")
        }
        if bundle.minorUnits == 0 {
            report("\(path).bundleMinorUnits", "A bundle for nothing is no offer.")
        }
    }

    /// Each list follows the one before it in time and by its version, in the same currency.
    private mutating func checkLaterPriceLists(of programme: Programme, at path: String) {
        var before = programme.priceList
        for (index, list) in (programme.laterPriceLists ?? []).enumerated() {
            let place = "\(path)[\(index)]"
            check(list, slots: programme.slots, at: place)
            if list.validFrom == nil {
                report("\(place).validFrom", "A later list says from when on it holds.")
            } else if let from = list.validFrom, let earlier = before.validFrom, from <= earlier {
                report("\(place).validFrom", "The lists stand in the order in which they begin to hold.")
            }
            if list.version <= before.version {
                report("\(place).version", "It is not higher than \(before.version), the version of the list before.")
            }
            if list.currency != before.currency {
                report("\(place).currency", "A programme is sold in one currency, and the list before has another.")
            }
            before = list
        }
    }

    /// A fee that is kept of a bundle's price is never more than that price.
    private mutating func checkFee(of programme: Programme, at path: String) {
        guard let fee = programme.cancellation?.administrativeFeeMinorUnits else { return }
        let lists = [programme.priceList] + (programme.laterPriceLists ?? [])
        let bundles = lists.flatMap { list in
            [list.bundleMinorUnits]
                + (list.tiers ?? []).compactMap { tier in
                    if case .fixed(_, let bundle) = tier.price { bundle } else { nil }
                }
        }
        if let least = bundles.min(), fee > least {
            report(path, "The fee is more than a bundle costs: \(least) minor units.")
        }
    }
}
