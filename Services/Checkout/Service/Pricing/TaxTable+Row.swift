internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Postgres

// The one row of tax_table.

extension TaxTable {
    static let select: SQL = "/* taxTable */ SELECT version, rates FROM tax_table"
    /// Whoever changes it holds it to the end of the transaction. Orders read it meanwhile.
    static let hold: SQL = "/* holdTaxTable */ SELECT version, rates FROM tax_table FOR UPDATE"

    init(_ rows: Rows) throws {
        let row = try rows.one()
        self.init(
            version: try row.get("version"),
            rates: try JSON.decode([TaxRate].self, from: try row.get("rates", as: JSONText.self).bytes))
    }

    func write() throws -> SQL {
        """
        /* writeTaxTable */
        UPDATE tax_table SET version = \(version), rates = \(JSONText(try JSON.encode(rates)))
        """
    }
}

extension TaxImport {
    /// States the taxes in the transaction of an import.
    /// - Parameter stated: nil leaves them as they are.
    static func apply(
        _ stated: [TaxRate]?, isDryRun: Bool, in transaction: PostgresTransaction
    ) async throws -> TaxImport {
        let plan = TaxImport(stated, over: try TaxTable(try await transaction.query(TaxTable.hold)))
        if plan.isNews, !isDryRun { _ = try await transaction.query(plan.table.write()) }
        return plan
    }
}
