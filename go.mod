module github.com/gnllviz/gnllviz

go 1.26

require (
	github.com/go-echarts/go-echarts/v2 v2.6.7
	gonum.org/v1/gonum v0.17.0
)
