/** What GraphiQL opens with: worked examples, one operation each; pick one from the run button's menu. */
export const exampleQueries = `# 烽火 Fenghuo · 乌苏市应急数据共享中枢
# 点击运行按钮选择一个示例。Press the run button and choose an example.

# 现行预警，新的在前 · warnings in force, newest first
query ActiveWarnings {
  warnings(first: 10) {
    edges { node { identifier level hazard(language: "zh") headline(language: "zh") issuedAt expiresAt status divisions { code name } } }
  }
}

# 各部门数据源状态 · how every department's feeds fare
query Feeds {
  departments { code name(language: "zh") feeds { id state stateReason lastReceivedAt receivedCount rejectedCount } }
}

# 水利测站及最新值 · water stations and their latest values
query WaterStations {
  stations(first: 20, filter: { departments: [WATER] }) {
    edges { node { id name division { code name } datastreams { property unit latest { value observedAt stale } } } }
  }
}

# 景区：本平台的台账与客流，加上部门自有服务的实时情况 · the hub's own figures and what the department's service says now
query ScenicAreas {
  scenicAreas {
    edges { node { name visitorFlow { inPark share } live { open bookedToday parkingFree notice ageSeconds stale } } }
  }
}

# 预警推送 · live warnings; keep the cursor and pass it as \`after\` to miss nothing
subscription Warnings {
  warningChanged { cursor kind at warning { identifier level state headline(language: "zh") } }
}

# 观测推送 · live observations
subscription Observations {
  observationAdded(filter: { departments: [WATER] }) { value observedAt datastream { id property unit } }
}

# 不合格数据 · what could not be taken in, and why
query Rejections {
  feeds { id rejections(first: 5) { edges { node { reason detail raw receivedAt } } } }
}
`;
