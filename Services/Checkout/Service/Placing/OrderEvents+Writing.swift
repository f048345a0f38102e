internal import CheckoutDomain
internal import FilmClubModel
internal import JSON

// The events of placing, written byte by byte as `JSON.encode` would write them, which takes five times as long: every
// order is placed and confirmed. A test compares the two.

extension NumberedOrderEvent {
    /// The body as JSON; nil for events that come seldom enough to be encoded.
    /// - Parameters:
    ///   - institution: the order's institution as JSON.
    ///   - charge: what the order costs as JSON.
    func json(institution: [UInt8], charge: [UInt8]) -> [UInt8]? {
        switch body {
        case .placed(let event): event.json(institution: institution, charge: charge)
        case .confirmed(let event): event.json
        case .fulfilled, .cancelled: nil
        }
    }
}

extension OrderPlaced {
    fileprivate func json(institution: [UInt8], charge: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.beginObject()
        writer.member("orderId", orderId.text)
        writer.member("number", number)
        writer.member("cartId", cartId.text)
        writer.key("institution")
        writer.raw(institution)
        writer.member("programmeId", programmeId.text)
        writer.member("programmeVersion", programmeVersion)
        writer.member("priceListVersion", priceListVersion)
        writer.lines(lines)
        writer.key("total")
        writer.money(total)
        writer.payment(payment)
        writer.member("placedAt", placedAt.text)
        writer.key("charge")
        writer.raw(charge)
        writer.endObject()
        return writer.bytes
    }
}

extension OrderConfirmed {
    fileprivate var json: [UInt8] {
        var writer = JSONWriter(capacity: 1_536)
        writer.beginObject()
        writer.member("orderId", orderId.text)
        writer.member("institutionId", institutionId.text)
        writer.member("territory", territory.text)
        writer.member("timeZone", timeZone.text)
        writer.member("programmeId", programmeId.text)
        writer.member("programmeVersion", programmeVersion)
        if let slots { writer.member("slots", slots) }
        writer.key("lines")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.member("lineId", line.lineId.text)
            writer.member("filmId", line.filmId.text)
            writer.member("title", line.title)
            writer.endObject()
        }
        writer.endArray()
        writer.member("windowDays", windowDays)
        writer.member("windowPolicy", windowPolicy.rawValue)
        writer.key("caps")
        writer.beginObject()
        if let sessions = caps.concurrentSessionsMax { writer.member("concurrentSessionsMax", sessions) }
        writer.endObject()
        writer.member("confirmedAt", confirmedAt.text)
        writer.endObject()
        return writer.bytes
    }
}

extension Charge {
    /// The same bytes as `JSON.encode`.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.key("screeningFees")
        writer.money(screeningFees)
        if let discount {
            writer.key("discount")
            writer.beginObject()
            writer.member("grantId", discount.grantId.text)
            writer.member("percent", discount.percent)
            writer.key("amount")
            writer.money(discount.amount)
            writer.endObject()
        }
        if let tax {
            writer.key("tax")
            writer.beginObject()
            writer.member("name", tax.name)
            writer.member("rateBasisPoints", tax.rateBasisPoints)
            writer.key("amount")
            writer.money(tax.amount)
            writer.endObject()
        }
        writer.key("total")
        writer.money(total)
        if let quoteId { writer.member("quoteId", quoteId.text) }
        writer.endObject()
        return writer.bytes
    }
}

extension Institution {
    /// The same bytes as `JSON.encode`.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("id", id.text)
        writer.member("version", version)
        writer.member("name", name)
        writer.member("type", type.rawValue)
        writer.member("territory", territory.text)
        writer.member("timeZone", timeZone.text)
        writer.member("verified", verified)
        if let country { writer.member("country", country.text) }
        if let nonProfit { writer.member("nonProfit", nonProfit) }
        if let taxStatus { writer.member("taxStatus", taxStatus.rawValue) }
        if let taxId { writer.member("taxId", taxId) }
        if let domains {
            writer.key("domains")
            writer.beginArray()
            for domain in domains { writer.string(domain.text) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}
